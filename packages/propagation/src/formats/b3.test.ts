import { describe, expect, it } from 'vitest'
import { formatB3TraceId, parseB3Decision, parseB3Multi, parseB3Single } from './b3.ts'

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7'
const SPAN = 'e457b5a2e4d86bd1'
const PARENT = '05e3ac9a4f6e3b90'

// conformance/vectors.json has every shape with its outcome and Envoy's behaviour.
describe('B3', () => {
  it('reads the same from one header and from several', () => {
    const multi = parseB3Multi({ traceId: TRACE, spanId: SPAN, parentId: PARENT, sampled: '1' })
    const single = parseB3Single(`${TRACE}-${SPAN}-1-${PARENT}`)
    expect(multi).toEqual({
      format: 'b3multi',
      traceId: TRACE,
      spanId: SPAN,
      parentId: PARENT,
      sampled: true,
      debug: false,
      random: false,
    })
    expect(single).toEqual({ ...multi, format: 'b3single' })
  })

  it('distinguishes debug from sampled', () => {
    expect(parseB3Multi({ traceId: TRACE, spanId: SPAN, flags: '1' })).toMatchObject({ sampled: true, debug: true })
    expect(parseB3Single(`${TRACE}-${SPAN}-d`)).toMatchObject({ sampled: true, debug: true })
  })

  it('accepts no letter whose lower case looks like a hex digit', () => {
    expect(parseB3Multi({ traceId: TRACE, spanId: `${SPAN.slice(1)}\u212a` })).toBeUndefined()
    expect(parseB3Multi({ traceId: TRACE, spanId: `${SPAN.slice(1)}\u0130` })).toBeUndefined()
  })

  it('reads a decision without ids, the single header first', () => {
    const none = { traceId: undefined, spanId: undefined }
    expect(parseB3Decision('0', { ...none, sampled: '1' })).toBe(false)
    expect(parseB3Decision('D', none)).toBe(true)
    expect(parseB3Decision(undefined, { ...none, sampled: 'false' })).toBe(false)
    expect(parseB3Decision(undefined, { ...none, flags: '1' })).toBe(true)
    expect(parseB3Decision('maybe', { ...none, sampled: '' })).toBeUndefined()
  })

  it('writes a 64-bit trace id with 16 digits', () => {
    expect(formatB3TraceId(TRACE)).toBe(TRACE)
    expect(formatB3TraceId(`${'0'.repeat(16)}${SPAN}`)).toBe(SPAN)
  })
})
