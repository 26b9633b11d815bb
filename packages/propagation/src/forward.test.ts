import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { currentForwardHeaders, forwardHeaders, runWithForwardHeaders } from './forward.ts'

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7'
const SPAN = 'e457b5a2e4d86bd1'
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`
const CARRIED = {
  'x-b3-traceid': TRACE,
  'x-b3-spanid': SPAN,
  'x-b3-sampled': '1',
  traceparent: TRACEPARENT,
}

/** A header of a sidecar with SkyWalking's tracer. */
const SW8 = '1-NzE2NGVjYzA=-NzE2NGVjYzA=-3-Y291bnRpbmc=-cG9k-L2FwaQ==-MTI3LjAuMC4xOjkwMDE='
/** A header from Brave, left unchanged by a sidecar that doesn't read it. */
const OLDER_B3 = {
  'x-b3-traceid': TRACE,
  'x-b3-spanid': 'aaaaaaaaaaaaaaa1',
  'x-b3-parentspanid': 'cccccccccccccccc',
  'x-b3-sampled': '1',
}

/** The same context in Datadog's decimal digits. */
const DATADOG = {
  'x-datadog-trace-id': String(BigInt(`0x${TRACE.slice(16)}`)),
  'x-datadog-parent-id': String(BigInt(`0x${SPAN}`)),
  'x-datadog-sampling-priority': '1',
  'x-datadog-tags': '_dd.p.dm=-0',
}

// conformance/vectors.json lists the forwarded headers for each input.
describe('forwardHeaders', () => {
  it.each([
    ['a plain object in any case', { TraceParent: TRACEPARENT }],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { traceparent: TRACEPARENT })],
    ['distinct headers of Node', { traceparent: [TRACEPARENT] }],
    ['fetch Headers', new Headers({ traceparent: TRACEPARENT })],
    ['a Map', new Map([['traceparent', TRACEPARENT]])],
    ['raw pairs', [['Traceparent', TRACEPARENT]] as const],
  ])('reads %s', (_name, incoming) => {
    expect(forwardHeaders(incoming as Record<string, string>)).toEqual(CARRIED)
  })

  it('treats a name in two cases as a repeated header', () => {
    expect(forwardHeaders({ Traceparent: TRACEPARENT, traceparent: TRACEPARENT })).toEqual({})
    expect(forwardHeaders({ Baggage: 'a=1', baggage: 'b=2' })).toEqual({ baggage: 'a=1,b=2' })
  })

  it('ignores a value that is not text', () => {
    const odd = { traceparent: 7, baggage: [{}], 'x-request-id': null, b3: [7], tracestate: {} }
    expect(forwardHeaders(odd as never)).toEqual({})
  })

  it('forwards x-datadog-* that name the chosen context, and drops old ones', () => {
    expect(forwardHeaders({ traceparent: TRACEPARENT, ...DATADOG })).toEqual({ ...CARRIED, ...DATADOG })
    const old = { ...DATADOG, 'x-datadog-parent-id': '17' }
    expect(forwardHeaders({ traceparent: TRACEPARENT, ...old })).toEqual(CARRIED)
    const otherTrace = { ...DATADOG, 'x-datadog-trace-id': '17' }
    expect(forwardHeaders({ traceparent: TRACEPARENT, ...otherTrace })).toEqual(CARRIED)
  })

  it('forwards x-datadog-* without another context, except for invalid values', () => {
    expect(forwardHeaders(DATADOG)).toEqual(DATADOG)
    const { 'x-datadog-tags': _tags, ...valid } = DATADOG
    expect(forwardHeaders({ ...DATADOG, 'x-datadog-tags': 'a b' })).toEqual(valid)
    for (const id of ['', '0', '-1', '0x10', '18446744073709551616', '1'.repeat(70_000)]) {
      expect(forwardHeaders({ ...DATADOG, 'x-datadog-trace-id': id })).toEqual({})
    }
  })

  it('forwards only the listed identity headers', () => {
    const incoming = { Authorization: 'Bearer x', cookie: 'a=b' }
    expect(forwardHeaders(incoming, { identityHeaders: ['authorization'] })).toEqual({ authorization: 'Bearer x' })
    const hostile = { authorization: 'x\r\ny: z', cookie: ['a=b', 'c\n=d'] }
    expect(forwardHeaders(hostile, { identityHeaders: ['authorization', 'cookie'] })).toEqual({})
  })

  it('joins split identity headers, and drops a repeated one that may occur once', () => {
    const incoming = { authorization: ['x', 'y'], cookie: ['a=b', 'c=d'], 'x-forwarded-for': ['10.0.0.1', '10.0.0.2'] }
    expect(forwardHeaders(incoming, { identityHeaders: ['authorization', 'cookie', 'x-forwarded-for'] })).toEqual({
      cookie: 'a=b; c=d',
      'x-forwarded-for': '10.0.0.1, 10.0.0.2',
    })
  })

  it('forwards the same from headersDistinct, where every value is a list', () => {
    const headers = { traceparent: TRACEPARENT, ...DATADOG, authorization: 'Bearer x', sw8: SW8, 'uberctx-user': '17' }
    const distinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
    const options = { identityHeaders: ['authorization'] as const }
    expect(forwardHeaders(distinct, options)).toEqual({ ...headers, ...CARRIED })
    expect(forwardHeaders(headers, options)).toEqual({ ...headers, ...CARRIED })
  })

  it.each([
    ['headers', { traceparent: TRACEPARENT, tracestate: '', ...OLDER_B3 }],
    ['distinct headers', { traceparent: [TRACEPARENT], tracestate: [''], ...OLDER_B3 }],
    ['distinct headers in parts', { traceparent: [TRACEPARENT], tracestate: ['', ''], ...OLDER_B3 }],
    ['fetch Headers', new Headers({ traceparent: TRACEPARENT, tracestate: '', ...OLDER_B3 })],
    ['pairs', Object.entries({ traceparent: TRACEPARENT, tracestate: '', ...OLDER_B3 })],
  ])('distinguishes an empty tracestate from none in %s', (_name, incoming) => {
    expect(forwardHeaders(incoming as Record<string, string>)).toEqual(CARRIED)
    const { traceparent, ...b3 } = { traceparent: TRACEPARENT, ...OLDER_B3 }
    expect(forwardHeaders({ traceparent, ...b3 })['x-b3-spanid']).toBe(b3['x-b3-spanid'])
  })

  it('accepts nothing as no headers', () => {
    expect([forwardHeaders(null), forwardHeaders(undefined), forwardHeaders({})]).toEqual([{}, {}, {}])
  })

  it('forwards foreign tracers’ headers in any case, and at most 64 members of their baggage', () => {
    const incoming = Object.fromEntries(Array.from({ length: 70 }, (_, at) => [`Uberctx-${at}`, 'v']))
    expect(Object.keys(forwardHeaders({ SW8, ...incoming }))).toHaveLength(65)
    expect(forwardHeaders({ sw8: [SW8, SW8], 'uber-trace-id': 'a b' })).toEqual({})
  })

  it('sends no trace headers and no baggage from the edge', () => {
    const headers = { traceparent: TRACEPARENT, baggage: 'a=1', b3: '0', ...DATADOG, sw8: SW8 }
    expect(forwardHeaders(headers, { edge: true })).toEqual({})
  })
})

describe('the headers of the current request', () => {
  it('are available in everything it starts, and nowhere else', async () => {
    const seen = await Promise.all(
      ['1', '2', '3'].map((baggage) =>
        runWithForwardHeaders({ baggage }, async () => {
          await turn()
          return currentForwardHeaders()
        }),
      ),
    )
    expect(seen).toEqual([{ baggage: '1' }, { baggage: '2' }, { baggage: '3' }])
    expect(currentForwardHeaders()).toEqual({})
  })
})
