import { describe, expect, it } from 'vitest'
import { findOtherHalf } from './other-half.js'
import { parseExplanation } from './parse-explanation.js'
import { parseTrace } from './parse-trace.js'
import { buildTraceModel } from './trace-model.js'
import { FIXTURE_TRACE_ID as HERE, type SpanSketch, toAnswer, wholeChain } from './trace-sketch.test-support.ts'

function model(sketches: SpanSketch[]) {
  const trace = parseTrace(toAnswer(sketches))
  if (trace === undefined) throw new Error('the fixture is not a trace')
  return buildTraceModel(trace)
}
const whole = model(wholeChain)
const cut = model(wholeChain.filter(({ id }) => id.startsWith('a')))
/** The applications alone, each the child of the one before. */
const apps = model(
  wholeChain.filter(({ proxy }) => proxy !== true).map((span) => (span.id === 'd1' ? { ...span, parent: 'a2' } : span)),
)

const OTHER = 'b'.repeat(32)
const SPAN = '00f067aa0ba902b7'
const w3c = (trace = HERE, flags = '01') => ({ traceparent: `00-${trace}-${SPAN}-${flags}` })
const b3 = (trace = HERE, sampled = '1') => ({ 'x-b3-traceid': trace, 'x-b3-spanid': SPAN, 'x-b3-sampled': sampled })

/** Counting joined this trace, unless another caller is named. */
const explanation = (sent: object, received: object, caller: string = HERE) =>
  parseExplanation({
    service: 'dashboard',
    calls: [
      {
        sent,
        hop: {
          service: 'counting',
          received,
          caller: { traceId: caller, spanId: SPAN, format: 'w3c', reason: 'only' },
        },
      },
    ],
  }) ?? null

const found = (...headers: Parameters<typeof explanation>) => findOtherHalf(apps, explanation(...headers))

describe('what the headers tell of a trace', () => {
  it.each([
    ['untouched headers, as of TCP, a bypass, or sidecars without a tracer', w3c(), w3c()],
    ['headers that a sidecar rewrote within this trace', w3c(), w3c(HERE, '03')],
    ['B3 beside W3C, in this trace', w3c(), { ...w3c(), ...b3() }],
    ['the low half of this trace id', w3c(), { ...w3c(), ...b3(HERE.slice(16)) }],
    ['a stale context that the application itself sent', { ...w3c(), ...b3(OTHER) }, { ...w3c(), ...b3(OTHER) }],
    ['a context that is not one', w3c(), { ...w3c(), 'x-b3-traceid': 'none', b3: '0' }],
    ['an id of zeros', w3c(), { ...w3c(), ...b3('0'.repeat(32)) }],
    ['other headers', w3c(), { ...w3c(), 'x-request-id': OTHER, tracestate: `a=${OTHER}` }],
  ])('is nothing where they are %s', (_what, sent, received) => {
    expect(found(sent, received)).toBeUndefined()
  })

  it.each([
    ['B3 of a zipkin tracer', w3c(), { ...w3c(), ...b3(OTHER) }],
    ['the single header', w3c(), { ...w3c(), b3: `${OTHER}-${SPAN}-1-${SPAN}` }],
    ['64 bits of B3', w3c(), { ...w3c(), ...b3(OTHER.slice(16)) }],
    ['W3C of an opentelemetry tracer, for an application of B3', b3(), { ...b3(), ...w3c(OTHER) }],
    ['without a decision', w3c(), { ...w3c(), 'x-b3-traceid': OTHER, 'x-b3-spanid': SPAN }],
  ])('is the trace of proxies that the applications skip: %s', (_what, sent, received) => {
    const problem = found(sent, received)
    expect(problem).toMatchObject({ code: 'proxies-apart', finding: { id: 'TLV103' } })
    expect(problem?.traceId).toMatch(/^0*b+$/)
    expect(problem?.text).toMatch(/^A proxy between dashboard and counting traced this call apart, in bbbb[^,]*\.$/)
  })

  it('tells two traces apart whose ids differ in the high half alone', () => {
    const alike = `${OTHER.slice(16)}${HERE.slice(16)}`
    expect(found(w3c(), { ...w3c(), ...b3(alike) })).toMatchObject({ code: 'proxies-apart', traceId: alike })
  })

  it.each([
    ['B3', w3c(), { ...w3c(), ...b3(OTHER, '0') }],
    ['the single header', w3c(), { ...w3c(), b3: `${OTHER}-${SPAN}-0` }],
    ['W3C', b3(), { ...b3(), ...w3c(OTHER, '00') }],
  ])('links no trace that the proxies did not sample, in %s', (_what, sent, received) => {
    const problem = found(sent, received)
    expect(problem).toMatchObject({ code: 'proxies-apart', text: expect.stringMatching(/, which is not sampled\.$/) })
    expect(problem).not.toHaveProperty('traceId')
  })

  it('is the trace that the next application was called from, and who lost this one', () => {
    expect(findOtherHalf(cut, explanation({}, w3c(OTHER), OTHER))).toMatchObject({
      code: 'other-trace',
      text: 'The headers that reached counting name another trace, bbbbbbbb…⁠bbbb.',
      cause: expect.stringMatching(/^dashboard sent no trace headers/),
      finding: { id: 'TLV101' },
      traceId: OTHER,
    })
    expect(findOtherHalf(cut, explanation(w3c(), b3(OTHER), OTHER))).toMatchObject({
      cause: expect.stringContaining('replaced'),
      finding: { id: 'TLV103' },
    })
  })

  it.each([
    ['W3C', w3c(), w3c(HERE, '00')],
    ['B3', b3(), b3(HERE, '0')],
  ])('is a proxy that switched sampling off, in %s', (_what, sent, received) => {
    expect(findOtherHalf(cut, explanation(sent, received))).toMatchObject({
      code: 'unsampled',
      finding: { id: 'TLV202' },
    })
    // As sent, the decision is the caller's.
    expect(findOtherHalf(cut, explanation(received, received))).toBeUndefined()
  })

  it('is nothing without headers, and nothing for a whole trace', () => {
    expect(findOtherHalf(cut, null)).toBeUndefined()
    expect(
      findOtherHalf(cut, parseExplanation({ service: 'dashboard', calls: [{ sent: w3c(), hop: null }] }) ?? null),
    ).toBeUndefined()
    expect(findOtherHalf(whole, explanation(w3c(), w3c(HERE, '03')))).toBeUndefined()
  })
})
