import { describe, expect, it } from 'vitest'
import { intervalOf } from './statistics.mjs'

describe('the interval of a figure', () => {
  const mean = (items: number[]): number => items.reduce((sum, item) => sum + item, 0) / items.length

  it('holds the figure, and is a point where all blocks agree', () => {
    const { median, low, high } = intervalOf(
      [
        [1, 2, 3, 4],
        [2, 3, 4, 5],
      ],
      mean,
    )
    expect([median, low < median, high > median]).toEqual([3, true, true])
    expect(intervalOf([[7, 7], [7]], mean)).toEqual({ median: 7, low: 7, high: 7 })
  })

  it('is wider where rounds differ than where blocks within them do', () => {
    const width = (rounds: number[][]): number => {
      const { low, high } = intervalOf(rounds, mean)
      return high - low
    }
    const apart = [1, 5, 9].map((level) => Array.from({ length: 8 }, () => level))
    const mixed = Array.from({ length: 3 }, () => [1, 5, 9, 1, 5, 9, 1, 9])
    expect(width(apart)).toBeGreaterThan(width(mixed))
  })
})
