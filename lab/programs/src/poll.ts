import { setTimeout as delay } from 'node:timers/promises'

export interface PollOptions {
  /** Milliseconds until polling ends. */
  deadlineMs: number
  /** Milliseconds between two attempts, default 25. */
  intervalMs?: number | undefined
}

/** Calls `attempt` until it returns something, and returns that; `undefined` once the deadline has passed. */
export async function poll<T>(attempt: () => Promise<T | undefined>, options: PollOptions): Promise<T | undefined> {
  const end = performance.now() + options.deadlineMs
  for (;;) {
    const value = await attempt()
    if (value !== undefined) return value
    if (performance.now() >= end) return undefined
    await delay(options.intervalMs ?? 25)
  }
}
