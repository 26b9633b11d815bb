import { describe, expect, it } from 'vitest'
import { createSerialQueue } from './serial-queue.ts'

describe('a serial queue', () => {
  it('starts a task after the previous one, and reports a failure to its own caller only', async () => {
    const enqueue = createSerialQueue()
    const seen: string[] = []
    const step = (name: string, failure?: Error) => async () => {
      seen.push(`${name} begins`)
      await Promise.resolve()
      seen.push(`${name} ends`)
      if (failure) throw failure
    }
    const outcomes = await Promise.allSettled([
      enqueue(step('first')),
      enqueue(step('second', new Error('refused'))),
      enqueue(step('third')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(seen).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]))
  })
})
