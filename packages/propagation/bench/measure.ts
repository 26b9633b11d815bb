/** Nanoseconds and bytes of one operation, in one round. */
export interface Sample {
  readonly ns: number
  readonly bytes: number
}

/** The middle of several rounds, and the least and the most of them. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/**
 * Runs an operation often enough for a precise time. The time is the process's, garbage collection included, so that
 * other load on the machine matters less. Bytes are only known where `gc` is exposed.
 */
export function sample(operation: () => unknown, times: number): Sample {
  globalThis.gc?.()
  const heap = process.memoryUsage().heapUsed
  let kept: unknown
  for (let done = 0; done < ALLOCATION_TIMES; done++) kept = operation()
  const bytes = (process.memoryUsage().heapUsed - heap) / ALLOCATION_TIMES
  const start = process.cpuUsage()
  for (let done = 0; done < times; done++) kept = operation()
  const { user, system } = process.cpuUsage(start)
  sink = kept
  return { ns: ((user + system) * 1000) / times, bytes: Math.max(0, bytes) }
}

/** See {@link Spread}. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return { median: at(0.5), min: at(0), max: at(1) }
}

/** Few enough that the young generation isn't collected while they are counted. */
const ALLOCATION_TIMES = 2000

/** The last result; without a reader, the work could be optimised away. */
export let sink: unknown
