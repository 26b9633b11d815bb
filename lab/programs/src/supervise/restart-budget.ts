export interface RestartBudget {
  /** Whether one more restart is allowed now; if so it is counted. */
  spend: () => boolean
}

/** Allows `limit` restarts in any window of `windowMs`; default five a minute. */
export function createRestartBudget(
  options: { limit?: number; windowMs?: number; now?: () => number } = {},
): RestartBudget {
  const { limit = 5, windowMs = 60_000, now = () => performance.now() } = options
  let spent: number[] = []
  return {
    spend() {
      const time = now()
      spent = spent.filter((at) => time - at < windowMs)
      if (spent.length >= limit) return false
      spent.push(time)
      return true
    },
  }
}
