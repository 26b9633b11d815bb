export interface Watchers {
  /** A page that stays; returns the way to leave. */
  enter(): () => void
  /** A page that polls, and is taken for gone when it doesn't any more. */
  poll(): void
  isWatched(): boolean
  /** How many pages stay. */
  readonly count: number
}

/** A page that polls each second, with room for a slow one. */
const POLL_LEASE_MS = 3000

/** Knows whether anybody looks at the page. `onFirst` is called when somebody begins to. */
export function createWatchers({ onFirst = () => {} }: { onFirst?: () => void } = {}): Watchers {
  let count = 0
  let polledMs = Number.NEGATIVE_INFINITY
  const isWatched = (): boolean => count > 0 || performance.now() - polledMs < POLL_LEASE_MS
  return {
    enter() {
      const first = !isWatched()
      count++
      let inside = true
      if (first) onFirst()
      return () => {
        if (inside) count--
        inside = false
      }
    },
    poll() {
      const first = !isWatched()
      polledMs = performance.now()
      if (first) onFirst()
    },
    isWatched,
    get count() {
      return count
    },
  }
}
