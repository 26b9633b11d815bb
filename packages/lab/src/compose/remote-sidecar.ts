import { checkSidecar, type SidecarCheck } from '../check-sidecar.ts'
import type { Sidecar } from '../meshes/envoy-sidecar.ts'
import { waitUntilDrained, waitUntilTaken } from '../meshes/sidecar-updates.ts'

export interface RemoteSidecarOptions {
  /** Its `node.id`. */
  name: string
  adminUrl: string
  listeners: string[]
  /** What was last written for it, by discovery service. */
  versions: () => Record<string, string>
}

/** A sidecar that runs elsewhere and is started, stopped and restarted there; here it is only asked. */
export function createRemoteSidecar({ name, adminUrl, listeners, versions }: RemoteSidecarOptions): Sidecar {
  const check = (): Promise<SidecarCheck> => checkSidecar(adminUrl, { nodeId: name, listeners, versions: versions() })
  return {
    name,
    start: async () => {},
    stop: async () => {},
    pid: () => undefined,
    status: async () => ({ name, ...(await check()), restarts: 0 }),
    taken: () => waitUntilTaken(name, check),
    drained: () => waitUntilDrained(adminUrl),
  }
}
