// @ts-check

/**
 * The visible part of a trace, as shares of its length from 0 to 1.
 *
 * @typedef {{ from: number, to: number }} Zoom
 */

/** @type {Zoom} */
export const wholeTrace = { from: 0, to: 1 }

/** A thousandth of a trace is a few microseconds, with nothing to see below. */
const SMALLEST_PART = 0.001

/**
 * @param {Zoom} zoom
 * @param {number} factor above 1 = closer
 * @param {number} [around] the place that stays where it is, 0 to 1 of what is in sight
 * @returns {Zoom}
 */
export function zoomBy({ from, to }, factor, around = 0.5) {
  const length = Math.min(1, Math.max(SMALLEST_PART, (to - from) / factor))
  const place = from + (to - from) * around
  return clamp(place - length * around, length)
}

/**
 * @param {Zoom} zoom
 * @param {number} part of what is in sight; below 0 = to the left
 * @returns {Zoom}
 */
export function panBy({ from, to }, part) {
  return clamp(from + (to - from) * part, to - from)
}

/**
 * A bar as it is seen: null when it is out of sight.
 *
 * @param {Zoom} zoom
 * @param {{ left: number, width: number }} bar
 * @returns {{ left: number, width: number } | null}
 */
export function seenBar({ from, to }, { left, width }) {
  const start = (left - from) / (to - from)
  const end = (left + width - from) / (to - from)
  if (end < 0 || start > 1) return null
  const visibleStart = Math.max(0, start)
  return { left: visibleStart, width: Math.min(1, end) - visibleStart }
}

/**
 * @param {number} from
 * @param {number} length
 */
function clamp(from, length) {
  const start = Math.min(1 - length, Math.max(0, from))
  return { from: start, to: start + length }
}
