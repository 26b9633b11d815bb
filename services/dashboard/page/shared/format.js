// @ts-check

/**
 * The digits of a whole number in groups of three, `1234567` → `['1', '234', '567']`; an en dash where there is none.
 * The page sets the groups apart by space alone, so what is copied or read out is the plain number.
 *
 * @param {number | null} count
 * @returns {string[]}
 */
export function formatDigitGroups(count) {
  return count === null ? ['–'] : count.toLocaleString('en-US').split(',')
}

/**
 * A duration with three significant digits in the unit a person would say: `840 µs`, `4.21 ms`, `1.24 s`.
 *
 * @param {number} microseconds below zero counts as zero
 * @returns {string}
 */
export function formatDuration(microseconds) {
  const us = Math.max(0, microseconds)
  if (us === 0) return '0 µs'
  if (us < 999.5) return `${us < 10 ? trimZeros(us.toPrecision(2)) : Math.round(us)} µs`
  if (us < 999_500) return `${threeDigits(us / 1000)} ms`
  return `${threeDigits(us / 1_000_000)} s`
}

/**
 * A duration as an axis label, without insignificant zeros.
 *
 * @param {number} microseconds
 * @returns {string}
 */
export function formatTick(microseconds) {
  const [number = '', unit = ''] = formatDuration(microseconds).split(' ')
  return microseconds === 0 ? '0' : `${trimZeros(number)} ${unit}`
}

/** A line may break after an ellipsis unless this follows (Unicode's word joiner). */
const NO_BREAK = '\u2060'

/**
 * The first and last characters of a trace id, enough to tell two apart by eye.
 *
 * @param {string} traceId
 * @returns {string}
 */
export function formatShortId(traceId) {
  return traceId.length <= 16 ? traceId : `${traceId.slice(0, 8)}…${NO_BREAK}${traceId.slice(-4)}`
}

/**
 * A time of day in the reader's own zone, `14:02:11`.
 *
 * @param {Date} date
 * @returns {string}
 */
export function formatClock(date) {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

/**
 * Where a trace is looked at: the template with `{traceId}` filled in, else this page's own view of that trace.
 * A template that is neither http(s) nor a path on this host is ignored: a link must not run script.
 *
 * @param {string | null} template
 * @param {string} traceId
 * @returns {{ href: string, external: boolean }}
 */
export function formatTraceLink(template, traceId) {
  const id = encodeURIComponent(traceId)
  if (template !== null && /^(https?:\/\/|\/(?!\/))/i.test(template)) {
    return { href: template.replaceAll('{traceId}', id), external: true }
  }
  return { href: `/?trace=${id}`, external: false }
}

/**
 * Round positions for an axis of this length, from 0 on, at most `most` of them.
 *
 * @param {number} length in any unit
 * @param {number} [most]
 * @returns {number[]}
 */
export function axisTicks(length, most = 5) {
  if (!(length > 0) || !Number.isFinite(length)) return [0]
  const rough = length / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5].find((factor) => factor * power >= rough) ?? 10) * power
  const ticks = []
  for (let index = 0; index * step < length; index += 1) ticks.push(index * step)
  return ticks
}

/** @param {number} value */
function threeDigits(value) {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0)
}

/** @param {string} text */
function trimZeros(text) {
  return String(Number(text))
}
