import { describe, expect, it } from 'vitest'
import { formatTraceparent, parseTraceparent } from './w3c.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

describe('traceparent', () => {
  it('is read into ids and flags', () => {
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual({
      format: 'w3c',
      traceId: TRACE,
      spanId: SPAN,
      parentId: undefined,
      sampled: true,
      debug: false,
      random: false,
    })
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-02`)).toMatchObject({ sampled: false, random: true })
  })

  it.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['a short one', `00-${TRACE}-${SPAN}-0`],
    ['one of version 00 that is too long', `00-${TRACE}-${SPAN}-01-`],
    ['a later version whose suffix has no dash', `01-${TRACE}-${SPAN}-01x`],
    ['a suffix without end', `01-${TRACE}-${SPAN}-01-${'x'.repeat(70_000)}`],
    ['a version that is not hex', `0x-${TRACE}-${SPAN}-01`],
    ['other dashes', `00_${TRACE}_${SPAN}_01`],
    ['an upper-case digit', `00-${TRACE.replace('b', 'B')}-${SPAN}-01`],
    ['a digit of another script', `00-${TRACE.replace('4', '\u0664')}-${SPAN}-01`],
    ['whitespace that HTTP does not know', `\u00a000-${TRACE}-${SPAN}-01`],
  ])('is not read from %s', (_name, header) => {
    expect(parseTraceparent(header)).toBeUndefined()
  })

  it('is written as it was read', () => {
    for (const flags of ['00', '01', '02', '03']) {
      const context = parseTraceparent(`00-${TRACE}-${SPAN}-${flags}`)
      expect(context && formatTraceparent({ ...context, sampled: context.sampled === true })).toBe(
        `00-${TRACE}-${SPAN}-${flags}`,
      )
    }
    expect(formatTraceparent({ traceId: TRACE, spanId: SPAN, sampled: true })).toMatch(/-01$/)
  })
})
