// @ts-check
/** @typedef {{ median: number, min: number, max: number }} Spread */
/** @typedef {{ median: number, low: number, high: number }} Interval the bounds of 95 % */

const RESAMPLES = 500

/**
 * @param {number[]} numbers
 * @returns {Spread}
 */
export function spreadOf(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return { median: medianOf(numbers), min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN }
}

/** @param {number[]} numbers */
export function medianOf(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2
}

/**
 * @param {number[]} numbers
 * @returns {number} a quarter of them is less
 */
export function quartileOf(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 4)] ?? NaN
}

/**
 * A figure of all items and its bootstrap interval of 95 %: rounds are drawn with replacement, and items within each, as
 * those of one round have processes in common.
 * @template T
 * @param {readonly (readonly T[])[]} rounds
 * @param {(items: T[]) => number} estimate
 * @param {() => number} [random] from 0 to less than 1
 * @returns {Interval}
 */
export function intervalOf(rounds, estimate, random = Math.random) {
  const drawn = Array.from({ length: RESAMPLES }, () =>
    estimate(draw(rounds, random).flatMap((items) => draw(items, random))),
  ).toSorted((a, b) => a - b)
  const at = (/** @type {number} */ share) => drawn[Math.floor(share * (RESAMPLES - 1))] ?? NaN
  return { median: estimate(rounds.flat()), low: at(0.025), high: at(0.975) }
}

/**
 * As many of the items, with replacement.
 * @template T
 * @param {readonly T[]} items
 * @param {() => number} random
 */
function draw(items, random) {
  return items.flatMap(() => {
    const at = Math.floor(random() * items.length)
    return items.slice(at, at + 1)
  })
}

/**
 * @template T
 * @param {readonly T[]} items
 * @returns {T[]} the same in a random order
 */
export function shuffled(items) {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
