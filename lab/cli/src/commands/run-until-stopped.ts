import { once } from 'node:events'
import type { Lab } from '@throughline/lab-meshes'
import { stopSignals } from './stop-signals.ts'

/** Milliseconds within which a second signal counts as the same Ctrl-C, repeated by a shell or by npm. */
const ECHO_WINDOW = 300

/**
 * Runs a lab until Ctrl-C, TERM or a closed terminal, then stops it and returns; during the start the same signals
 * cancel it. A second one kills what is left and exits with 130.
 *
 * @throws what the start throws
 */
export async function runUntilStopped(
  start: (signal: AbortSignal) => Promise<Lab>,
  onStopping: () => void,
): Promise<void> {
  const controller = new AbortController()
  const stopRequested = once(controller.signal, 'abort')
  let lab: Lab | undefined
  let requestedAt = 0
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - requestedAt < ECHO_WINDOW) return
      killAll(lab)
      process.exit(130)
    }
    requestedAt = performance.now()
    onStopping()
    controller.abort()
  }
  for (const signal of stopSignals) process.on(signal, onSignal)
  // A closed terminal must not interrupt the clean-up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  try {
    lab = await start(controller.signal)
    await stopRequested
    await lab.stop()
  } catch (error) {
    if (!controller.signal.aborted) throw error
  }
}

function killAll(lab: Lab | undefined): void {
  const { reaper: _reaper, ...programs } = lab?.pids() ?? {}
  for (const pid of Object.values(programs)) {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It has just ended.
    }
  }
}
