import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { SpanRecord } from './span-record.ts'
import { createTraceStore } from './trace-store.ts'

const traceIdOf = (number: number): string => number.toString(16).padStart(32, '0')

const makeSpan = (trace: number, span: number, fields: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: traceIdOf(trace),
  spanId: span.toString(16).padStart(16, '0'),
  parentSpanId: undefined,
  name: 'GET /',
  kind: 'server',
  startMicros: trace * 1000,
  durationMicros: 10,
  tags: [],
  logs: [],
  links: [],
  warnings: [],
  process: { serviceName: 'counting', tags: [] },
  ...fields,
})

describe('createTraceStore', () => {
  it('returns a trace in the shape of the Jaeger API', () => {
    const store = createTraceStore()
    const links = [{ traceId: traceIdOf(9), spanId: '00000000000000aa' }]
    store.add([makeSpan(1, 2, { parentSpanId: '0000000000000001', links }), makeSpan(1, 1, { startMicros: 1 })])
    expect(store.trace(traceIdOf(1))).toEqual({
      traceID: traceIdOf(1),
      spans: [
        expect.objectContaining({ spanID: '0000000000000001', references: [], startTime: 1, processID: 'p1' }),
        {
          traceID: traceIdOf(1),
          spanID: '0000000000000002',
          operationName: 'GET /',
          references: [
            { refType: 'CHILD_OF', traceID: traceIdOf(1), spanID: '0000000000000001' },
            { refType: 'FOLLOWS_FROM', traceID: traceIdOf(9), spanID: '00000000000000aa' },
          ],
          startTime: 1000,
          duration: 10,
          tags: [{ key: 'span.kind', type: 'string', value: 'server' }],
          logs: [],
          processID: 'p1',
          warnings: null,
        },
      ],
      processes: { p1: { serviceName: 'counting', tags: [] } },
    })
  })

  it('keeps a span that is exported twice once, in its later form', () => {
    const store = createTraceStore()
    store.add([makeSpan(1, 1), makeSpan(1, 1, { name: 'again' })])
    expect(store.spanCount).toBe(1)
    expect(store.trace(traceIdOf(1))?.spans.map((span) => span.operationName)).toEqual(['again'])
  })

  it('keeps both halves of a shared Zipkin span', () => {
    const store = createTraceStore()
    store.add([makeSpan(1, 1, { kind: 'client', process: { serviceName: 'dashboard', tags: [] } }), makeSpan(1, 1)])
    expect(store.trace(traceIdOf(1))?.spans).toHaveLength(2)
    expect(store.services()).toEqual(['counting', 'dashboard'])
  })

  it('drops the oldest trace whole when it is full, and counts it', () => {
    const store = createTraceStore({ maxSpans: 4 })
    store.add([makeSpan(1, 1), makeSpan(2, 1), makeSpan(1, 2), makeSpan(2, 2), makeSpan(3, 1)])
    expect(store.trace(traceIdOf(1))).toBeUndefined()
    expect(store.trace(traceIdOf(2))?.spans).toHaveLength(2)
    expect(store).toMatchObject({ spanCount: 3, traceCount: 2, droppedSpans: 2, droppedTraces: 1 })
  })

  it('keeps the beginning of a trace that is too large by itself, and the other traces', () => {
    const store = createTraceStore({ maxSpans: 3 })
    store.add([1, 2, 3, 4, 5].map((id) => makeSpan(1, id)))
    expect(store.trace(traceIdOf(1))?.spans.map((span) => span.spanID.at(-1))).toEqual(['1', '2', '3'])
    expect(store).toMatchObject({ droppedSpans: 2, droppedTraces: 0 })
  })

  it('is bounded in bytes too: few large spans push out as many small ones', () => {
    const store = createTraceStore({ maxBytes: 10_000 })
    const tags = [{ key: 'large', type: 'string' as const, value: 'x'.repeat(5000) }]
    store.add([makeSpan(1, 1), makeSpan(2, 1, { tags }), makeSpan(3, 1, { tags })])
    expect(store.traces().map((trace) => trace.traceID)).toEqual([traceIdOf(3)])
    store.add([makeSpan(4, 1, { tags: [{ key: 'huge', type: 'string', value: 'x'.repeat(20_000) }] })])
    expect(store.traces().map((trace) => trace.traceID)).toEqual([traceIdOf(3)])
  })

  it('returns the newest traces first, narrowed by the filter', () => {
    const store = createTraceStore()
    const process = { serviceName: 'dashboard', tags: [] }
    store.add([makeSpan(2, 1), makeSpan(3, 1, { process }), makeSpan(1, 1, { name: 'POST /' })])
    const found = (filter: Parameters<typeof store.traces>[0]) => store.traces(filter).map((trace) => trace.traceID)
    expect(found({})).toEqual([traceIdOf(3), traceIdOf(2), traceIdOf(1)])
    expect(found({ limit: 1 })).toEqual([traceIdOf(3)])
    expect(found({ service: 'counting' })).toEqual([traceIdOf(2), traceIdOf(1)])
    expect(found({ operation: 'POST /' })).toEqual([traceIdOf(1)])
    expect(found({ service: 'dashboard', operation: 'POST /' })).toEqual([])
    expect(found({ startMicros: 2000, endMicros: 2999 })).toEqual([traceIdOf(2)])
    store.add([makeSpan(1, 2, { startMicros: 9000, name: 'later' })])
    expect(found({ startMicros: 8000 })).toEqual([traceIdOf(1)])
    expect(found({ startMicros: 8000, operation: 'POST /' })).toEqual([])
  })

  it('refuses a bound that is not a positive integer', () => {
    expect(() => createTraceStore({ maxSpans: 0 })).toThrow('maxSpans must be a positive integer')
    expect(() => createTraceStore({ maxBytes: Number.NaN })).toThrow('maxBytes must be a positive integer')
  })

  it('stays within its bounds under any flood, counts every lost span and drops the oldest', () => {
    const arrivals = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 6 })), {
      maxLength: 200,
    })
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 6, max: 40 }), (spans, maxSpans) => {
        const store = createTraceStore({ maxSpans })
        const alive: number[] = []
        let replaced = 0
        for (const [trace, span] of spans) {
          const before = store.spanCount + store.droppedSpans
          store.add([makeSpan(trace, span)])
          if (store.spanCount + store.droppedSpans === before) replaced += 1
          if (!alive.includes(trace)) alive.push(trace)
          while (alive.length > store.traceCount) alive.splice(alive[0] === trace ? 1 : 0, 1)
          expect(store.spanCount).toBeLessThanOrEqual(maxSpans)
        }
        const kept = store.traces({ limit: Infinity })
        expect(kept.map((trace) => trace.traceID).sort()).toEqual(alive.map(traceIdOf).sort())
        expect(kept.reduce((sum, trace) => sum + trace.spans.length, 0)).toBe(store.spanCount)
        expect(store.spanCount + store.droppedSpans + replaced).toBe(spans.length)
      }),
    )
  })
})
