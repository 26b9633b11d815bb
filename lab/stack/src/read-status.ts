import { downStatus, type ServiceStatus } from '@throughline/lab-meshes'
import type { Program } from '@throughline/lab-programs'

/** How a service is doing, as the control API reports it. */
export async function readStatus(program: Program, isServing: () => Promise<boolean>): Promise<ServiceStatus> {
  const down = downStatus(program)
  if (down !== undefined) return down
  const { name } = program
  const restarts = program.restarts()
  return { name, state: (await isServing().catch(() => false)) ? 'ready' : 'starting', restarts }
}
