// @ts-check

/** Lengths in characters. They grow slowly at first: a parser that backtracks without end is noticed before it hangs. */
const LENGTHS = [...Array.from({ length: 9 }, (_, index) => 32 + 12 * index), 1024, 65_536]
const EDGES = /(?<=[^\w])|(?=[^\w])/
/** No parser accepts it. */
export const TAIL = '\u0001'

/**
 * Texts that begin like a valid one, repeat a part of it, and end badly: where a parser tries again, it does so
 * here. In the order of their lengths, up to 64 kB.
 * @param {string} valid
 * @returns {Generator<string>}
 */
export function* nearMisses(valid) {
  const parts = valid.split(EDGES)
  const starts = new Set(parts.map((_, index) => parts.slice(0, index).join('')))
  const pairs = parts.slice(1).map((part, index) => `${parts[index]}${part}`)
  const repeated = new Set([...parts, ...pairs, valid, `${valid},`, `${valid};`, ' ', '\t', '%', '"', '\\"'])
  for (const length of LENGTHS) {
    for (const start of starts) {
      for (const part of repeated) {
        yield start + part.repeat(length / part.length) + TAIL
      }
    }
  }
}
