import type { Program } from '@throughline/lab-programs'
import type { ServiceStatus } from './mesh.ts'

/** The status of a program that is not running; undefined while it is. */
export function downStatus(program: Program): ServiceStatus | undefined {
  if (program.pid() !== undefined) return undefined
  return {
    name: program.name,
    state: 'down',
    reason: program.downReason() ?? 'not running',
    restarts: program.restarts(),
    restartsInMs: program.restartsInMs(),
  }
}
