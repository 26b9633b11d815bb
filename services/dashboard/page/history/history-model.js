// @ts-check

/**
 * @typedef {import('../shared/wire.js').Entry} Entry
 * @typedef {import('../shared/wire.js').CallState} CallState
 * @typedef {{ second: number, worst: Entry, count: number, longestMs: number }} Bucket one second of the strip
 */

/** The length of the strip, in seconds. */
export const STRIP_SECONDS = 180
const MOST_LISTED = 40

/** The request to show of a second with several: the worse state, then the slower request. */
const severity = { connected: 0, failing: 1, unreachable: 2, denied: 3 }

/**
 * The last minutes of requests in bounded memory: one bucket a second for the strip, and the newest for the list.
 *
 * @returns {{ add(entries: Entry[], reset: boolean): void, newest(): Entry[], buckets(nowMs: number): (Bucket |
 * undefined)[], replicas(): number }}
 */
export function createHistoryModel() {
  /** @type {Map<number, Bucket>} */
  const seconds = new Map()
  /** @type {Entry[]} */
  let newest = []

  /** @param {Entry} entry */
  const count = (entry) => {
    const second = Math.floor(entry.atMs / 1000)
    const bucket = seconds.get(second)
    if (bucket === undefined) {
      seconds.set(second, { second, worst: entry, count: 1, longestMs: entry.durationMs ?? 0 })
      return
    }
    bucket.count += 1
    bucket.longestMs = Math.max(bucket.longestMs, entry.durationMs ?? 0)
    if (isWorse(entry, bucket.worst)) bucket.worst = entry
  }

  return {
    add(entries, reset) {
      if (reset) {
        seconds.clear()
        newest = []
      }
      for (const entry of entries) count(entry)
      newest = [...newest, ...entries].slice(-MOST_LISTED)
      // Sorted by arrival, so the oldest keys come first.
      for (const second of seconds.keys()) {
        if (seconds.size <= STRIP_SECONDS * 2) break
        seconds.delete(second)
      }
    },
    newest: () => newest.toReversed(),
    buckets(nowMs) {
      const now = Math.floor(nowMs / 1000)
      return Array.from({ length: STRIP_SECONDS }, (_, index) => seconds.get(now - STRIP_SECONDS + 1 + index))
    },
    replicas: () => new Set(newest.flatMap(({ hostname }) => (hostname === null ? [] : [hostname]))).size,
  }
}

/**
 * @param {Entry} one
 * @param {Entry} other
 */
function isWorse(one, other) {
  const difference = severity[one.state] - severity[other.state]
  return difference > 0 || (difference === 0 && (one.durationMs ?? 0) > (other.durationMs ?? 0))
}

/**
 * A bar's height, 0 to 1, by the logarithm of its latency: 1 ms and below is low, 2 s and above is full.
 *
 * @param {number} ms
 */
export function latencyHeight(ms) {
  return Math.min(1, Math.max(0.08, 0.12 + 0.88 * (Math.log10(Math.max(1, ms)) / Math.log10(2000))))
}
