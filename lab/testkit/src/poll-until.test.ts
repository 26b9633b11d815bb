import { describe, expect, it } from 'vitest'

import { pollUntil } from './poll-until.ts'

const quick = { what: 'the kettle', deadline: 60, interval: 1 }

describe('pollUntil', () => {
  it('returns the first value that is there, and asks no more', async () => {
    const answers = [undefined, null, false, 'tea', 'more tea']
    expect(await pollUntil(() => answers.shift(), quick)).toBe('tea')
    expect(answers).toEqual(['more tea'])
  })

  it.each([[0], [''], [true], [[]]])('takes %j for a value', async (value) => {
    expect(await pollUntil(() => value, quick)).toEqual(value)
  })

  it('takes a throw for "not yet", so an assertion fits inside', async () => {
    let tries = 0
    const tried = await pollUntil(async () => {
      tries += 1
      expect(tries).toBe(3)
      return tries
    }, quick)
    expect(tried).toBe(3)
  })

  it('says what was waited for and the last value', async () => {
    await expect(pollUntil(() => false, quick)).rejects.toThrow(
      'waited 60 ms for the kettle: the last try returned false',
    )
  })

  it('says what was thrown last, and keeps it as the cause', async () => {
    const cause = new Error('still cold')
    const failed = pollUntil(() => Promise.reject(cause), quick)
    await expect(failed).rejects.toMatchObject({
      message: 'waited 60 ms for the kettle: the last try threw still cold',
      cause,
    })
  })

  it('does not wait for a try that never ends', async () => {
    await expect(pollUntil(() => new Promise(() => {}), quick)).rejects.toThrow('no try came to an end')
  })

  it('tries once even when there is no time', async () => {
    expect(await pollUntil(() => 'tea', { ...quick, deadline: 0 })).toBe('tea')
  })
})
