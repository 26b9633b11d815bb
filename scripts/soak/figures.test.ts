import { describe, expect, it } from 'vitest'
import { isFlat, median } from './figures.mjs'

const MIB = 1024 * 1024
const over = (length: number, bytes: (index: number) => number) => Array.from({ length }, (_, index) => bytes(index))

describe('the memory of a soak', () => {
  it.each([
    ['stays', over(90, () => 100 * MIB), true],
    ['breathes', over(90, (index) => (100 + (index % 7)) * MIB), true],
    ['rises at first and then stays', over(90, (index) => Math.min(index * 5, 120) * MIB), true],
    ['falls', over(90, (index) => (200 - index) * MIB), true],
    ['has a peak at the end', [...over(89, () => 100 * MIB), 250 * MIB], true],
    ['grows by a megabyte a second', over(90, (index) => (60 + index) * MIB), false],
    ['jumps for good', over(90, (index) => (index < 65 ? 80 : 120) * MIB), false],
  ])('that %s is flat or not', (_, samples, flat) => {
    expect(isFlat(samples)).toBe(flat)
  })

  it('is the median of what was seen', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([9])).toBe(9)
  })
})
