import { setTimeout as delay } from 'node:timers/promises'

export interface PollOptions {
  /** Milliseconds until it gives up. */
  deadlineMs: number
  /** Milliseconds between two tries, default 25. */
  intervalMs?: number | undefined
}

/** Asks until the answer is not `undefined`, and returns it; `undefined` when the deadline has passed. */
export async function poll<T>(ask: () => Promise<T | undefined>, options: PollOptions): Promise<T | undefined> {
  const end = performance.now() + options.deadlineMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() >= end) return undefined
    await delay(options.intervalMs ?? 25)
  }
}
