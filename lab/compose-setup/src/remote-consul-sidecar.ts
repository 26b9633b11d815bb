import { createHash } from 'node:crypto'
import path from 'node:path'
import {
  type BootstrapOptions,
  type ConsulSidecar,
  listenersOf,
  makeBootstrap,
  proxyIdOf,
  type ServiceName,
  type ServicePlacement,
} from '@throughline/lab-meshes'
import { untilRunsWith, writeMarked } from './bootstrap-mark.ts'
import { createRemoteSidecar } from './remote-sidecar.ts'

export interface RemoteConsulSidecarOptions extends Omit<BootstrapOptions, 'adminBind' | 'limitAdmin'> {
  service: ServicePlacement
  /** Folder that it reads its bootstrap from. */
  folder: string
}

/** A sidecar whose container restarts Envoy for each new bootstrap (`compose/sidecar.sh`). */
export function createRemoteConsulSidecar(name: ServiceName, options: RemoteConsulSidecarOptions): ConsulSidecar {
  const { service, folder, ...consul } = options
  const { admin } = service
  let mark: string | undefined
  const sidecar = createRemoteSidecar({
    name: `${name}-sidecar`,
    nodeId: proxyIdOf(name),
    adminUrl: admin.url,
    listeners: listenersOf(service),
  })

  const untilStarted = async (): Promise<void> => {
    await untilRunsWith(mark, { name: sidecar.name, adminUrl: admin.url })
    await sidecar.acknowledged()
  }

  return {
    ...sidecar,
    async prepare() {
      const content = await makeBootstrap(name, { ...consul, adminBind: admin.bind, limitAdmin: true })
      mark = createHash('sha256').update(JSON.stringify(content)).digest('hex')
      await writeMarked(path.join(folder, 'bootstrap.json'), content, mark)
    },
    start: untilStarted,
    restart: untilStarted,
  }
}
