export interface UpstreamHealth {
  /** Records the outcome of one call. */
  record(ok: boolean): void
  status(): 'unknown' | 'healthy' | 'unhealthy'
  /** Failures since the last success. */
  failures(): number
}

/** Consecutive failures that make the upstream unhealthy. */
const THRESHOLD = 3

/** The upstream's state as past calls show it: unhealthy after 3 failures in a row, healthy after one success. */
export function createUpstreamHealth(): UpstreamHealth {
  let state: 'unknown' | 'healthy' | 'unhealthy' = 'unknown'
  let failures = 0
  return {
    record: (ok) => {
      failures = ok ? 0 : failures + 1
      if (ok) state = 'healthy'
      else if (failures >= THRESHOLD) state = 'unhealthy'
    },
    status: () => state,
    failures: () => failures,
  }
}
