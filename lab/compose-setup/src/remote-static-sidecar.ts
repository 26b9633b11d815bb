import { randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Bootstrap, Sidecar, SidecarIdentity } from '@throughline/lab-meshes'
import { untilRunsWith, writeMarked } from './bootstrap-mark.ts'
import { createRemoteSidecar } from './remote-sidecar.ts'

/** A sidecar that reads its files from `folder`, and whose container restarts Envoy when its bootstrap there changes. */
export function createRemoteStaticSidecar(identity: SidecarIdentity, folder: string): Sidecar {
  const sidecar = createRemoteSidecar(identity)
  const file = path.join(folder, 'bootstrap.json')
  return {
    ...sidecar,
    async restart() {
      const mark = randomUUID()
      await writeMarked(file, JSON.parse(await fs.readFile(file, 'utf8')) as Bootstrap, mark)
      await untilRunsWith(mark, identity)
      await sidecar.acknowledged()
    },
  }
}
