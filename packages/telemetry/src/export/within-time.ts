import { clearTimeout, setTimeout } from 'node:timers'
import { diag } from '@opentelemetry/api'

export interface TimeLimit {
  /** For the log, as in "flushing took longer". */
  what: string
  /** For the log: the fate of the remaining spans. */
  atStake: string
  /** Milliseconds. */
  ms: number
  /** Once `when` resolves, the limit is `ms` from the start. */
  hurry: { when: Promise<void>; ms: number }
}

/**
 * Waits for `work`, within limits. Never rejects: failures are logged, and the caller's drain continues.
 *
 * Its timers, and those of every export, are Node's own: a program's tests may fake the global ones.
 */
export async function withinTime(work: () => Promise<unknown>, { what, atStake, ms, hurry }: TimeLimit): Promise<void> {
  const started = performance.now()
  let timer: NodeJS.Timeout | undefined
  let done = false
  const late = new Promise<void>((resolve) => {
    const giveUpAfter = (limit: number): void => {
      clearTimeout(timer)
      if (done) return
      timer = setTimeout(
        () => {
          diag.warn(`${what} took longer than ${limit} ms, ${atStake}`)
          resolve()
        },
        started + limit - performance.now(),
      )
    }
    giveUpAfter(ms)
    void hurry.when.then(() => giveUpAfter(hurry.ms))
  })
  try {
    await Promise.race([work(), late])
  } catch (error) {
    diag.warn(`${what} failed, ${atStake}:`, error)
  } finally {
    done = true
    clearTimeout(timer)
  }
}
