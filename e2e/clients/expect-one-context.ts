import type { RecordedRequest } from '@throughline/lab-testkit'
import { expect } from 'vitest'
import { CALLER, INCOMING, TRACE_ID } from './cells.ts'

const SINGLE = [
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'x-request-id',
  'baggage',
]

/** A call in the trace of `INCOMING`: one value in each header, all of the same span. */
export function expectOneContext(call: RecordedRequest | undefined, { mode }: { mode: string }): void {
  expect(call).toBeDefined()
  const values = Object.fromEntries(SINGLE.map((name) => [name, call?.header(name)]))
  const [, , spanId = ''] = values['traceparent']?.[0]?.split('-') ?? []
  expect(values).toEqual({
    traceparent: [`00-${TRACE_ID}-${spanId}-01`],
    // Only a span of the program changes what came in, which was none.
    tracestate: mode === 'SDK off' ? [] : [`tl=p:${spanId}`],
    b3: [],
    'x-b3-traceid': [TRACE_ID],
    'x-b3-spanid': [spanId],
    'x-b3-parentspanid': [],
    'x-b3-sampled': ['1'],
    'x-b3-flags': [],
    'x-request-id': [INCOMING['x-request-id']],
    baggage: [INCOMING.baggage],
  })
  if (mode === 'SDK off') expect(spanId).toBe(CALLER)
}
