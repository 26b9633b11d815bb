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

  it('sends no trace headers and no baggage from the edge', () => {
    expect(forwardHeaders({ traceparent: TRACEPARENT, baggage: 'a=1', b3: '0' }, { edge: true })).toEqual({})
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
