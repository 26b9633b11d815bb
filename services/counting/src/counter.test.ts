import { describe, expect, it } from 'vitest'
import { createCounter } from './counter.ts'

describe('the counter', () => {
  it('starts at 1 and adds one each time', () => {
    const counter = createCounter()
    expect([counter.next(), counter.next(), counter.next()]).toEqual([1, 2, 3])
  })
})
