export interface BackOff {
  /** Milliseconds to wait before the next start of a program that ran for `ranMs`. */
  delayAfter: (ranMs: number) => number
}

/**
 * Waits `firstMs` before a restart, and twice as long each time that the program has run for less than `steadyMs`, up
 * to `mostMs`; it never gives up. Default 1 s, 1 min, 30 s.
 */
export function createBackOff(options: { firstMs?: number; mostMs?: number; steadyMs?: number } = {}): BackOff {
  const { firstMs = 1000, mostMs = 30_000, steadyMs = 60_000 } = options
  let delay = 0
  return {
    delayAfter(ranMs) {
      delay = delay === 0 || ranMs >= steadyMs ? firstMs : Math.min(mostMs, 2 * delay)
      return delay
    },
  }
}
