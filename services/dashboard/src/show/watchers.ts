export interface Watchers {
  /** A page with an open stream; returns a function that ends its stay. */
  enter(): () => void
  /** A page that polls; it counts as a viewer until it stops polling. */
  poll(): void
  isWatched(): boolean
  /** How many pages have a stream open. */
  readonly count: number
}

/** A page polls once a second; this leaves room for a slow one. */
const POLL_LEASE_MS = 3000

/** Knows whether anyone is viewing the page. `onFirst` is called when the first viewer arrives. */
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
