import { describe, expect, it } from 'vitest'
import { axisTicks, formatDigitGroups, formatDuration, formatShortId, formatTick, formatTraceLink } from './format.js'

describe('formatDuration', () => {
  it.each([
    [0, '0 µs'],
    [-4, '0 µs'],
    [3.25, '3.3 µs'],
    [7, '7 µs'],
    [840, '840 µs'],
    [999.6, '1.00 ms'],
    [4213, '4.21 ms'],
    [42_130, '42.1 ms'],
    [421_300, '421 ms'],
    [999_700, '1.00 s'],
    [1_240_000, '1.24 s'],
  ])('says %d µs as %s', (us, text) => expect(formatDuration(us)).toBe(text))
})

describe('formatTick', () => {
  it.each([
    [0, '0'],
    [500, '500 µs'],
    [2000, '2 ms'],
    [2500, '2.5 ms'],
  ])('labels %d µs as %s', (us, text) => expect(formatTick(us)).toBe(text))
})

describe('formatDigitGroups', () => {
  it.each([
    [null, ['–']],
    [0, ['0']],
    [999, ['999']],
    [1234, ['1', '234']],
    [1_234_567, ['1', '234', '567']],
  ])('splits %j', (count, groups) => expect(formatDigitGroups(count)).toEqual(groups))
})

describe('axisTicks', () => {
  it.each([
    [6350, [0, 2000, 4000, 6000]],
    [1000, [0, 250, 500, 750]],
    [7, [0, 2, 4, 6]],
    [0, [0]],
    [Number.NaN, [0]],
  ])('has round steps below %d', (length, ticks) => expect(axisTicks(length, 4)).toEqual(ticks))
})

describe('formatTraceLink', () => {
  it('fills the id into the template', () => {
    expect(formatTraceLink('http://localhost:16686/trace/{traceId}', 'ab')).toEqual({
      href: 'http://localhost:16686/trace/ab',
      external: true,
    })
    expect(formatTraceLink('/ui/{traceId}', 'ab')).toEqual({ href: '/ui/ab', external: true })
  })

  it.each([null, 'javascript:alert(1)//{traceId}', 'data:text/html,{traceId}', '//evil.example/{traceId}'])(
    'falls back to the own view for %j',
    (template) => {
      expect(formatTraceLink(template, 'ab')).toEqual({ href: '/?trace=ab', external: false })
    },
  )
})

describe('formatShortId', () => {
  it('keeps both ends of a long id and all of a short one', () => {
    expect(formatShortId('0af7651916cd43dd8448eb211c80319c')).toBe('0af76519…\u2060319c')
    expect(formatShortId('8448eb211c80319c')).toBe('8448eb211c80319c')
  })
})
