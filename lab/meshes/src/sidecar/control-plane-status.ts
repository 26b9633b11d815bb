import type { SidecarStatus } from '../mesh.ts'
import type { Sidecar } from './sidecar.ts'

/** The status of a sidecar that a control plane configures, and that may not exist yet. */
export async function statusUnderControlPlane(
  sidecar: Pick<Sidecar, 'status'> | undefined,
  { name, controlPlane, downReason }: { name: string; controlPlane: string; downReason: () => string | undefined },
): Promise<SidecarStatus> {
  if (sidecar === undefined) return { name, state: 'starting', restarts: 0 }
  const status = await sidecar.status()
  const down = downReason()
  if (status.state !== 'ready' || down === undefined) return status
  return { ...status, reason: `${controlPlane} is down (${down}): the sidecar keeps its last configuration` }
}
