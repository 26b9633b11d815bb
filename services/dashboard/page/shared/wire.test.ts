import { describe, expect, it } from 'vitest'
import { parseConfig, parseErrorMessage, parseOutcome, parseTraceId } from './wire.js'

describe('parseOutcome', () => {
  it('reads a call that went through', () => {
    const body = {
      state: 'connected',
      count: 7,
      hostname: 'h',
      traceId: 'A'.repeat(32),
      status: 200,
      code: null,
      reason: null,
      durationMs: 4.2,
    }
    const read = { ...body, appSpans: true, traceId: 'a'.repeat(32) }
    expect(parseOutcome(body)).toEqual({ ...read, atMs: null })
    expect(parseOutcome({ ...body, at: '2026-01-02T03:04:05.006Z' })?.atMs).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 6))
  })

  it.each([null, 'x', [], {}, { state: 'fine' }, { code: 'TL_DRAINING', message: 'bye' }])('refuses %j', (body) => {
    expect(parseOutcome(body)).toBeUndefined()
  })

  it('rejects hostile values: invalid numbers and ids, endless texts', () => {
    const body = {
      state: 'denied',
      count: '7',
      traceId: '../../etc',
      status: Infinity,
      reason: 'r'.repeat(9000),
      hostname: { a: 1 },
    }
    const outcome = parseOutcome(body)
    expect(outcome).toMatchObject({ count: null, traceId: null, status: null, hostname: null })
    expect(outcome?.reason).toHaveLength(300)
  })
})

describe('parseConfig', () => {
  it('accepts only a plain true for switches and traces', () => {
    expect(parseConfig({ controls: 'yes', traces: 1, bypass: 'yes' })).toMatchObject({
      controls: false,
      bypass: false,
      traces: false,
      traceUiUrl: null,
    })
    expect(parseConfig([])).toBeUndefined()
  })
})

describe('parseErrorMessage', () => {
  it.each([
    [{ code: 'TL_X', message: 'No.' }, 'No. (TL_X)'],
    [{ message: 'No.' }, 'No.'],
    [{ code: 'TL_X' }, 'TL_X'],
    [{}, null],
    ['text', null],
  ])('says %j as %j', (body, text) => expect(parseErrorMessage(body)).toBe(text))
})

describe('parseTraceId', () => {
  it.each(['', 'g'.repeat(32), 'a'.repeat(31), 'a'.repeat(33), null, 5])('refuses %j', (value) =>
    expect(parseTraceId(value)).toBeNull(),
  )
  it('takes 64 and 128 bits', () => {
    expect(parseTraceId('a'.repeat(16))).toBe('a'.repeat(16))
    expect(parseTraceId('A'.repeat(32))).toBe('a'.repeat(32))
  })
})
