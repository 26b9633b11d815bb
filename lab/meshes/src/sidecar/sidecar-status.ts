import type { SidecarCheck } from './check-sidecar.ts'
import type { SidecarStatus } from '../mesh.ts'
import type { Program } from '@throughline/lab-programs'

/** Milliseconds after a start in which silence on the admin address is no failure. */
const startUp = 5000

/** How a sidecar is: as a process, and by what its Envoy says of itself. */
export async function readSidecarStatus(
  program: Pick<Program, 'name' | 'restarts' | 'uptimeMs' | 'downReason'>,
  check: () => Promise<SidecarCheck>,
): Promise<SidecarStatus> {
  const { name } = program
  const restarts = program.restarts()
  const uptime = program.uptimeMs()
  if (uptime === undefined) return { name, state: 'down', reason: program.downReason() ?? 'not running', restarts }
  const { state, reason } = await check()
  const starting = state === 'down' && uptime < startUp
  return { name, state: starting ? 'starting' : state, ...(reason !== undefined && { reason }), restarts }
}

/** The same of a sidecar that a control plane configures, and that may not have been made yet. */
export async function underControlPlane(
  sidecar: { status: () => Promise<SidecarStatus> } | undefined,
  { name, controlPlane, downReason }: { name: string; controlPlane: string; downReason: () => string | undefined },
): Promise<SidecarStatus> {
  if (sidecar === undefined) return { name, state: 'starting', restarts: 0 }
  const status = await sidecar.status()
  const why = downReason()
  if (status.state !== 'ready' || why === undefined) return status
  return { ...status, reason: `${controlPlane} is down (${why}): it goes on with what it has` }
}
