import { LabError } from '@throughline/lab-programs'
import type { Lab, LabOptions } from '@throughline/lab-meshes'
import { startLab } from './start-lab.ts'

const attempts = 3

/**
 * Starts both services, each behind its own sidecar, and a trace backend; resolves when all of them work. Whatever was
 * started is stopped again when one fails, and when this process dies.
 *
 * @throws LabError with one message that names what failed and how it ended
 */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startLab(options)
    } catch (error) {
      // Another program took a port that was free a moment ago.
      const bindFailed = error instanceof LabError && /EADDRINUSE|address already in use/i.test(error.message)
      if (!bindFailed || attempt === attempts || (options.ports ?? 'free') !== 'free') throw error
    }
  }
}
