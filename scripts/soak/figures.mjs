// @ts-check

/** A heap breathes: so much is no growth, in bytes and as a share. */
const SLACK = { bytes: 8 * 1024 * 1024, share: 0.1 }

/** @param {number[]} values */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/**
 * Whether memory at the end is what it was in the middle: an app takes what it needs in the first third.
 * @param {number[]} samples bytes, at equal intervals
 */
export function isFlat(samples) {
  const { middle, last } = thirds(samples)
  return last <= middle + Math.max(SLACK.bytes, middle * SLACK.share)
}

/**
 * @param {number[]} samples
 * @param {number} peak bytes
 */
export function summarizeMemory(samples, peak) {
  const { first, middle, last } = thirds(samples)
  return {
    'MiB, first third': mib(first),
    'middle third': mib(middle),
    'last third': mib(last),
    'peak of its group': mib(peak),
  }
}

/** @param {number[]} samples */
function thirds(samples) {
  const size = Math.ceil(samples.length / 3)
  const [first, middle, last] = [0, 1, 2].map((third) => median(samples.slice(third * size, (third + 1) * size)))
  return { first: first ?? 0, middle: middle ?? 0, last: last ?? 0 }
}

/** @param {number} bytes */
function mib(bytes) {
  return Math.round(bytes / 1024 / 1024)
}
