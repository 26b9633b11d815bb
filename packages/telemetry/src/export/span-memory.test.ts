import { describe, expect, it } from 'vitest'
import { giveMemory, takeMemory } from './span-memory.ts'

const USUAL = 800_000

/** Takes memory of this size until none is left. */
function takeAll(bytes: number): Buffer[] {
  return Array.from({ length: 8 }, () => takeMemory(bytes))
}

describe('the memory of a batch', () => {
  it('is used again for one of about the same size', () => {
    const memory = takeMemory(USUAL)
    expect(memory.length).toBeGreaterThan(USUAL)
    giveMemory(memory)
    expect(takeMemory(USUAL * 1.05) === memory).toBe(true)
    giveMemory(memory)
    expect(takeMemory(USUAL * 0.9) === memory).toBe(true)
  })

  it('has one user at a time', () => {
    const memory = takeMemory(USUAL)
    giveMemory(memory)
    expect(takeAll(USUAL).filter((taken) => taken === memory)).toHaveLength(1)
  })

  it.each([
    ['smaller', USUAL / 2],
    ['larger', USUAL * 2],
  ])('is not used for a much %s one', (_what, bytes) => {
    const memory = takeMemory(USUAL)
    giveMemory(memory)
    expect(takeAll(bytes).includes(memory)).toBe(false)
  })

  it('is kept for a few batches at most', () => {
    const given = takeAll(USUAL)
    for (const memory of given) giveMemory(memory)
    const again = takeAll(USUAL)
    // Indexes, because a comparison of so many bytes takes seconds.
    expect(given.flatMap((memory, index) => (again.includes(memory) ? [index] : []))).toEqual([4, 5, 6, 7])
  })
})
