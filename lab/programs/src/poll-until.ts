import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { poll } from './poll.ts'

export interface PollUntilOptions {
  /** What the test waits for, as in the error: "waited 5000 ms for …". */
  what: string
  /** Milliseconds to wait at most. Default 5000. */
  deadline?: number
  /** Milliseconds between two attempts. Default 25. */
  interval?: number
}

/** Values that mean "not yet". */
type NotYet = undefined | null | false

type Outcome<T> = { value: Exclude<T, NotYet> } | { last: string; cause?: unknown }

const isThere = <T>(value: T): value is Exclude<T, NotYet> => value !== undefined && value !== null && value !== false

const show = (value: unknown): string => inspect(value, { depth: 4, breakLength: 120 }).slice(0, 2000)

async function attempt<T>(fn: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    const value = await fn()
    return isThere(value) ? { value } : { last: `the last try returned ${show(value)}` }
  } catch (error) {
    return { last: `the last try threw ${error instanceof Error ? error.message : show(error)}`, cause: error }
  }
}

/**
 * Calls `fn` until it returns something other than undefined, null or false, and returns that. A throw is "not yet"
 * too, so an `expect` fits inside. At the deadline, even in the middle of a try, it throws an Error that says what was
 * waited for and what was seen last; what `fn` threw last is its cause.
 */
export async function pollUntil<T>(
  fn: () => T | Promise<T>,
  { what, deadline = 5000, interval = 25 }: PollUntilOptions,
): Promise<Exclude<T, NotYet>> {
  let latest: { last: string; cause?: unknown } = { last: 'no try came to an end' }
  const tries = async (): Promise<{ value: Exclude<T, NotYet> } | undefined> => {
    const outcome = await attempt(fn)
    if ('value' in outcome) return outcome
    latest = outcome
    return undefined
  }
  const expiry = new AbortController()
  const over = sleep(deadline, undefined, { signal: expiry.signal }).catch(() => undefined)
  try {
    const found = await Promise.race([poll(tries, { deadlineMs: deadline, intervalMs: interval }), over])
    if (found !== undefined) return found.value
  } finally {
    expiry.abort()
  }
  const { last, ...options } = latest
  throw new Error(`waited ${deadline} ms for ${what}: ${last}`, options)
}
