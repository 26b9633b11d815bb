// @ts-check

/**
 * @typedef {import('./traced-hops.js').HopTime} HopTime
 * @typedef {{ offset: number, hop: number }} Stop where the request is at a time: `hop` 0 is the browser
 * @typedef {{ stops: Stop[], slower: number, totalMs: number }} Pulse
 */

/** How long a request is shown to take, in milliseconds: long enough to follow, short enough for one a second. */
const SHOWN_MS = 900
/** The browser's part is not in the trace; the way from it and back takes this share of the whole. */
const MARGIN = 0.08

/**
 * Which of the drawn hops each hop of a trace is: sidecars that left no span are drawn too.
 *
 * @param {HopTime[]} times
 * @param {{ role: string, name: string }[]} hops as drawn, the browser first
 * @returns {number[]} an index of `hops` for each of `times`
 */
export function placeHops(times, hops) {
  let before = 0
  return times.map(({ role, name }) => {
    const found = hops.findIndex((hop, index) => index > before && hop.role === role && hop.name === name)
    before = found === -1 ? before + 1 : found
    return Math.min(before, hops.length - 1)
  })
}

/**
 * A request's way through the hops and back, in proportion to when its spans began and ended.
 *
 * @param {HopTime[]} times of the hops after the browser, in order
 * @returns {Pulse | undefined} undefined without data
 */
export function buildPulse(times) {
  const first = times[0]
  if (first === undefined) return undefined
  const totalUs = Math.max(first.endUs - first.startUs, 1)
  /** @param {number} us */
  const at = (us) => MARGIN + (1 - 2 * MARGIN) * Math.min(1, Math.max(0, (us - first.startUs) / totalUs))
  // A later hop of a broken trace was reached, but not in this request's context.
  const apart = times.findIndex((time) => time.detached)
  const line = apart === -1 ? times : times.slice(0, apart)
  const stops = [
    { offset: 0, hop: 0 },
    ...line.map((time, index) => ({ offset: at(time.startUs), hop: index + 1 })),
    ...line.map((time, index) => ({ offset: at(time.endUs), hop: index + 1 })).toReversed(),
    { offset: 1, hop: 0 },
  ]
  let reached = 0
  // The clocks of four programs differ, so a stop is never before its predecessor.
  for (const stop of stops) reached = stop.offset = Math.max(stop.offset, reached)
  return { stops, slower: Math.max(1, Math.round((SHOWN_MS * 1000) / totalUs)), totalMs: SHOWN_MS }
}
