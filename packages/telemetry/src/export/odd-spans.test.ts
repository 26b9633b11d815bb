import { SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRequest } from './otlp-request.ts'
import { openBatch } from './span-batch.ts'

const resource = resourceFromAttributes({ 'service.name': 'shop' })
const GOOD: ReadableSpan = {
  name: 'GET /',
  kind: SpanKind.SERVER,
  spanContext: () => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }),
  startTime: [1_700_000_000, 1],
  endTime: [1_700_000_001, 999_999_999],
  status: { code: SpanStatusCode.ERROR, message: 'broken' },
  attributes: { a: 1, b: ['x'] },
  links: [],
  events: [],
  duration: [1, 0],
  ended: true,
  resource,
  instrumentationScope: { name: 'test' },
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
}

/** Arbitrary values, and edge cases. */
const odd = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
  }),
  fc.constantFrom<unknown>(-1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 64, -(2 ** 63), -0, NaN, Infinity, -Infinity),
  fc.constantFrom<unknown>(new Error('x'), Symbol('x'), () => 1, [], '', '\ud800', null, undefined, new Map([[1, 2]])),
  fc.string({ unit: 'binary', maxLength: 300 }),
)
const time = fc.oneof(odd, fc.tuple(odd, odd), fc.tuple(fc.double(), fc.double()), fc.tuple(fc.integer(), fc.nat()))
const context = fc.record(
  { traceId: odd, spanId: odd, traceFlags: odd, isRemote: odd, traceState: fc.oneof(odd, stateOf(odd)) },
  { requiredKeys: [] },
)
const attributes = fc.oneof(odd, fc.dictionary(fc.string(), odd))
const event = fc.record({ name: odd, time, attributes, droppedAttributesCount: odd }, { requiredKeys: [] })
const link = fc.record(
  { context: fc.oneof(odd, context), attributes, droppedAttributesCount: odd },
  { requiredKeys: [] },
)

const PLACES = {
  name: odd,
  kind: odd,
  spanContext: fc.oneof(odd, context).map((value) => () => value),
  parentSpanContext: fc.oneof(odd, context),
  startTime: time,
  endTime: time,
  status: fc.oneof(odd, fc.record({ code: odd, message: odd }, { requiredKeys: [] })),
  attributes,
  events: fc.oneof(odd, fc.array(fc.oneof(odd, event), { maxLength: 3 })),
  links: fc.oneof(odd, fc.array(fc.oneof(odd, link), { maxLength: 3 })),
  droppedAttributesCount: odd,
  droppedEventsCount: odd,
  droppedLinksCount: odd,
  instrumentationScope: fc.oneof(odd, fc.record({ name: odd, version: odd, schemaUrl: odd }, { requiredKeys: [] })),
}

/** A span with odd values in one or two fields, as untyped programs create them. */
const place = fc.oneof(
  ...Object.entries(PLACES).map(([name, values]) =>
    (values as fc.Arbitrary<unknown>).map((value) => ({ [name]: value })),
  ),
)
const oddSpan = fc.tuple(place, place).map(([one, other]) => ({ ...GOOD, ...one, ...other }))

function stateOf(serialized: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return serialized.map((value) => ({ serialize: () => value }))
}

/** The SDK serializer's result for a span; undefined if it fails. */
function sdkRequest(spans: readonly ReadableSpan[]): Uint8Array | undefined {
  try {
    return ProtobufTraceSerializer.serializeRequest([...spans])
  } catch {
    return undefined
  }
}

/** Adds spans to a batch; those without an encoding are left out. */
async function batchOf(spans: readonly ReadableSpan[]): Promise<{ taken: ReadableSpan[]; bytes: Buffer }> {
  const batch = openBatch()
  const taken = spans.filter((span) => {
    try {
      batch.add(span)
      return true
    } catch {
      return false
    }
  })
  return { taken, bytes: Buffer.concat(await formatRequest(batch.close(0).spans)) }
}

describe('spans with odd values in any place', () => {
  it('are accepted when the SDK’s serializer accepts them, and leave others unchanged', async () => {
    let refused = 0
    let taken = 0
    const property = fc.asyncProperty(fc.array(oddSpan, { maxLength: 4 }), async (odds) => {
      const spans = odds.flatMap((span) => [span, GOOD])
      const expected = spans.filter((span) => sdkRequest([span]) !== undefined)
      const batch = await batchOf(spans)
      expect(batch.taken.length).toBe(expected.length)
      expect(batch.taken.every((span, at) => span === expected[at])).toBe(true)
      expect(batch.bytes.equals(sdkRequest(expected) ?? Buffer.alloc(0))).toBe(true)
      refused += spans.length - expected.length
      taken += expected.filter((span) => span !== GOOD).length
      // The next batch is unaffected.
      expect((await batchOf([GOOD, GOOD])).bytes.equals(sdkRequest([GOOD, GOOD]) ?? Buffer.alloc(0))).toBe(true)
    })
    await fc.assert(property, { numRuns: 2000 })
    expect(refused).toBeGreaterThan(100)
    expect(taken).toBeGreaterThan(100)
  })

  const recordingTracer = (): { tracer: Tracer; spans: ReadableSpan[] } => {
    const spans: ReadableSpan[] = []
    const processor = {
      onStart: () => {},
      onEnd: (span: ReadableSpan) => void spans.push(span),
      forceFlush: async () => {},
      shutdown: async () => {},
    }
    return { spans, tracer: new TracerProvider({ resource, spanProcessors: [processor] }).getTracer('test') }
  }

  it.each([
    ['microseconds', Date.now() * 1000],
    ['nanoseconds', Date.now() * 1e6],
    ['a time before 1970', new Date(-1)],
    ['a time after 2554', new Date('3000-01-01')],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['NaN', NaN],
  ])('have the SDK’s bytes when they start at %s', async (_name, startTime) => {
    const made = recordingTracer()
    made.tracer.startSpan('x', { startTime }).end()
    made.tracer.startSpan('x').addEvent('y', startTime).end(startTime)
    const { taken, bytes } = await batchOf(made.spans)
    expect(taken).toHaveLength(2)
    expect(bytes.equals(sdkRequest(made.spans) ?? Buffer.alloc(0))).toBe(true)
  })

  it.each([
    ['an event named by an Error', (tracer: Tracer) => tracer.startSpan('x').addEvent(new Error('x') as never), 1],
    ['a span named by a number', (tracer: Tracer) => tracer.startSpan(42 as never), 1],
    ['a span renamed to undefined', (tracer: Tracer) => tracer.startSpan('x').updateName(undefined as never), 0],
    ['an event without a name', (tracer: Tracer) => tracer.startSpan('x').addEvent(undefined as never), 0],
  ])('lose at most that span: %s', async (_name, start, count) => {
    const made = recordingTracer()
    start(made.tracer).end()
    expect((await batchOf(made.spans)).taken).toHaveLength(count)
    expect(trace.isSpanContextValid(GOOD.spanContext())).toBe(true)
  })
})

describe('tracestate', () => {
  it('is truncated to whole members within 512 characters, as the SDK does for a caller', async () => {
    const list = Array.from({ length: 32 }, (_, i) => `key${i}=${'v'.repeat(60)}`).join(',')
    const withState = (serialized: string): ReadableSpan => ({
      ...GOOD,
      spanContext: () => ({ ...GOOD.spanContext(), traceState: { serialize: () => serialized } as never }),
    })
    const short = list.split(',').slice(0, 7).join(',')
    expect(short.length).toBeLessThan(512)
    expect((await batchOf([withState(list)])).bytes).toEqual((await batchOf([withState(short)])).bytes)
    expect((await batchOf([withState('k='.padEnd(600, 'v'))])).bytes).toEqual((await batchOf([withState('')])).bytes)
  })
})
