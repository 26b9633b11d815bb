import { once } from 'node:events'
import type { Lab } from '@throughline/lab-meshes'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Milliseconds in which a second signal is the same Ctrl-C, passed on by a shell or by npm. */
const echo = 300

/**
 * Keeps a lab until Ctrl-C, TERM or a closed terminal, then stops it and returns; while it starts, the same signals give
 * the start up. A second one kills what is left and exits with 130.
 *
 * @throws what the start throws
 */
export async function runUntilStopped(
  start: (signal: AbortSignal) => Promise<Lab>,
  onStopping: () => void,
): Promise<void> {
  const controller = new AbortController()
  const asked = once(controller.signal, 'abort')
  let lab: Lab | undefined
  let askedAt = 0
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - askedAt < echo) return
      killAll(lab)
      process.exit(130)
    }
    askedAt = performance.now()
    onStopping()
    controller.abort()
  }
  for (const signal of signals) process.on(signal, onSignal)
  // A terminal that is gone must not end the stopping half way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  try {
    lab = await start(controller.signal)
    await asked
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
