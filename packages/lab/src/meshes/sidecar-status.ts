import type { SidecarCheck } from '../check-sidecar.ts'
import type { SidecarStatus } from '../mesh.ts'
import type { Program } from '../program.ts'

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
