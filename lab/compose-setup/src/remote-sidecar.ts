import { type Sidecar, type SidecarIdentity, watchSidecar } from '@throughline/lab-meshes'

/** A sidecar that compose starts, stops and restarts; here it is only watched. */
export function createRemoteSidecar(identity: SidecarIdentity): Sidecar {
  const { name, nodeId = name } = identity
  const { check, ...watched } = watchSidecar(identity)
  return {
    ...watched,
    name,
    start: async () => {},
    restart: async () => {},
    stop: async () => {},
    pid: () => undefined,
    status: async () => ({ name, nodeId, ...(await check()), restarts: 0 }),
  }
}
