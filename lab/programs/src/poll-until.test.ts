import { describe, expect, it } from 'vitest'

import { pollUntil } from './poll-until.ts'

const patient = { what: 'the kettle', deadline: 5000, interval: 1 }
const quick = { ...patient, deadline: 60 }

describe('pollUntil', () => {
  it('returns the first value, and stops polling', async () => {
    const answers = [undefined, null, false, 'tea', 'more tea']
    expect(await pollUntil(() => answers.shift(), patient)).toBe('tea')
    expect(answers).toEqual(['more tea'])
  })

  it.each([[0], [''], [true], [[]]])('accepts %j as a value', async (value) => {
    expect(await pollUntil(() => value, patient)).toEqual(value)
  })

  it('treats a throw as "not yet", so that it can wait for an assertion', async () => {
    let tries = 0
    const tried = await pollUntil(async () => {
      tries += 1
      expect(tries).toBe(3)
      return tries
    }, patient)
    expect(tried).toBe(3)
  })

  it('reports what it waited for, and the last value', async () => {
    await expect(pollUntil(() => false, quick)).rejects.toThrow(
      'waited 60 ms for the kettle: the last try returned false',
    )
  })

  it('reports the last error, and keeps it as the cause', async () => {
    const cause = new Error('still cold')
    const failed = pollUntil(() => Promise.reject(cause), quick)
    await expect(failed).rejects.toMatchObject({
      message: 'waited 60 ms for the kettle: the last try threw still cold',
      cause,
    })
  })

  it('does not wait for an attempt that never ends', async () => {
    await expect(pollUntil(() => new Promise(() => {}), quick)).rejects.toThrow('no try came to an end')
  })

  it('makes one attempt even with no time left', async () => {
    expect(await pollUntil(() => 'tea', { ...quick, deadline: 0 })).toBe('tea')
  })
})
