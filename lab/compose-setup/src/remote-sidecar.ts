import {
  checkSidecar,
  type Sidecar,
  type SidecarCheck,
  waitUntilDrained,
  waitUntilTaken,
} from '@throughline/lab-meshes'

export interface RemoteSidecarOptions {
  name: string
  /** Its `node.id`, default its name. */
  nodeId?: string
  adminUrl: string
  listeners: string[]
  /** What was last written for it, by discovery service; absent when a control plane writes it. */
  versions?: () => Record<string, string>
}

/** A sidecar that runs elsewhere and is started, stopped and restarted there; here it is only asked. */
export function createRemoteSidecar(options: RemoteSidecarOptions): Sidecar {
  const { name, nodeId = name, adminUrl, listeners, versions } = options
  const check = (): Promise<SidecarCheck> =>
    checkSidecar(adminUrl, { nodeId, listeners, ...(versions ? { versions: versions() } : { refusals: 'standing' }) })
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
