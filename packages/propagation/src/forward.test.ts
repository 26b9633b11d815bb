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
  tracestate: `tl=p:${SPAN}`,
}

/** The same context in Datadog's decimal digits. */
const DATADOG = {
  'x-datadog-trace-id': String(BigInt(`0x${TRACE.slice(16)}`)),
  'x-datadog-parent-id': String(BigInt(`0x${SPAN}`)),
  'x-datadog-sampling-priority': '1',
  'x-datadog-tags': '_dd.p.dm=-0',
}

// What goes on for which headers stands in conformance/vectors.json.
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

  it('takes a name that comes in two cases for a repeated header', () => {
    expect(forwardHeaders({ Traceparent: TRACEPARENT, traceparent: TRACEPARENT })).toEqual({})
    expect(forwardHeaders({ Baggage: 'a=1', baggage: 'b=2' })).toEqual({ baggage: 'a=1,b=2' })
  })

  it('takes no value that is not text', () => {
    const odd = { traceparent: 7, baggage: [{}], 'x-request-id': null, b3: [7], tracestate: {} }
    expect(forwardHeaders(odd as never)).toEqual({})
  })

  it('carries x-datadog-* that name the chosen context, and drops old ones', () => {
    expect(forwardHeaders({ traceparent: TRACEPARENT, ...DATADOG })).toEqual({ ...CARRIED, ...DATADOG })
    const old = { ...DATADOG, 'x-datadog-parent-id': '17' }
    expect(forwardHeaders({ traceparent: TRACEPARENT, ...old })).toEqual(CARRIED)
    const otherTrace = { ...DATADOG, 'x-datadog-trace-id': '17' }
    expect(forwardHeaders({ traceparent: TRACEPARENT, ...otherTrace })).toEqual(CARRIED)
  })

  it('carries x-datadog-* where there is nothing else, without what is not valid in them', () => {
    expect(forwardHeaders(DATADOG)).toEqual(DATADOG)
    const { 'x-datadog-tags': _tags, ...valid } = DATADOG
    expect(forwardHeaders({ ...DATADOG, 'x-datadog-tags': 'a b' })).toEqual(valid)
    for (const id of ['', '0', '-1', '0x10', '18446744073709551616', '1'.repeat(70_000)]) {
      expect(forwardHeaders({ ...DATADOG, 'x-datadog-trace-id': id })).toEqual({})
    }
  })

  it('carries the identity headers that are listed, and no other', () => {
    const incoming = { Authorization: 'Bearer x', cookie: 'a=b' }
    expect(forwardHeaders(incoming, { identityHeaders: ['authorization'] })).toEqual({ authorization: 'Bearer x' })
    const hostile = { authorization: 'x\r\ny: z', cookie: ['a=b', 'c=d'] }
    expect(forwardHeaders(hostile, { identityHeaders: ['authorization', 'cookie'] })).toEqual({})
  })

  it('sends no trace headers and no baggage from the edge', () => {
    const headers = { traceparent: TRACEPARENT, baggage: 'a=1', b3: '0', ...DATADOG }
    expect(forwardHeaders(headers, { edge: true })).toEqual({})
  })
})

describe('the headers of the request that is served', () => {
  it('are there in everything it starts, and nowhere else', async () => {
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
