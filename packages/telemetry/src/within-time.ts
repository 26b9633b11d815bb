import { diag } from '@opentelemetry/api'

/** Waits for `work`, `ms` milliseconds at most. Never rejects: what goes wrong is logged, the caller's drain goes on. */
export async function withinTime(ms: number, what: string, work: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      diag.warn(`${what} took longer than ${ms} ms, spans may be lost`)
      resolve()
    }, ms)
  })
  try {
    await Promise.race([work(), late])
  } catch (error) {
    diag.warn(`${what} failed, spans may be lost:`, error)
  } finally {
    clearTimeout(timer)
  }
}
