// @ts-check
/** @typedef {{ median: number, min: number, max: number }} Spread */

/**
 * @param {number[]} numbers
 * @returns {Spread}
 */
export function spreadOf(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const median = ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2
  return { median, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN }
}

/**
 * @param {number[]} numbers
 * @returns {number} a quarter of them is less
 */
export function quartileOf(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 4)] ?? NaN
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
