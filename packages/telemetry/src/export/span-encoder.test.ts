import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Link,
} from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { encodeSpans } from './encode-spans.test-support.ts'

/** Numbers from 0 to 1, the same for every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

const random = createRandom(7)
const upTo = (most: number): number => Math.floor(random() * (most + 1))
function pick<T>(values: readonly T[]): T {
  for (const value of values.slice(upTo(values.length - 1))) return value
  throw new Error('nothing to pick from')
}
const hex = (digits: number): string => Array.from({ length: digits }, () => upTo(15).toString(16)).join('')
const LETTERS = ['a', 'Z', '/', ' ', '"', 'ü', '字', '😀', '\u0000', '\ud800']
const text = (): string => Array.from({ length: pick([0, 3, 20, 127, 128, 400]) }, () => pick(LETTERS)).join('')
const ascii = (): string => 'x'.repeat(pick([1, 12, 126, 127, 128, 129, 3000, 20_000]))
const NUMBERS = [
  0,
  1,
  -1,
  127,
  128,
  2 ** 31,
  2 ** 32,
  -(2 ** 40),
  2 ** 53,
  -(2 ** 63),
  2 ** 63,
  0.5,
  -1e300,
  NaN,
  Infinity,
]

const VALUES: readonly (() => NonNullable<Attributes[string]>)[] = [
  text,
  ascii,
  () => pick(NUMBERS),
  () => random() < 0.5,
  () => [text(), ascii()],
  () => [pick(NUMBERS), pick(NUMBERS)],
  () => [true, false],
]
const attributes = (): Attributes =>
  Object.fromEntries(Array.from({ length: upTo(12) }, () => [`${pick(LETTERS)}${hex(4)}`, pick(VALUES)()]))
const link = (): Link => ({
  context: { traceId: hex(32), spanId: hex(16), traceFlags: upTo(1), isRemote: random() < 0.5 },
  attributes: attributes(),
})

/** Spans of several resources and scopes, with everything a span can have. */
function makeSpans(count: number): ReadableSpan[] {
  const spans: ReadableSpan[] = []
  const processor = {
    onStart: () => {},
    onEnd: (span: ReadableSpan) => spans.push(span),
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const tracers = [1, 2].flatMap(() => {
    const provider = new TracerProvider({ resource: resourceFromAttributes(attributes()), spanProcessors: [processor] })
    return [
      provider.getTracer('a', '1.0'),
      provider.getTracer(text()),
      provider.getTracer('c', '', { schemaUrl: 'https://x' }),
    ]
  })
  for (let i = 0; i < count; i += 1) {
    const parent = {
      traceId: hex(32),
      spanId: hex(16),
      traceFlags: TraceFlags.SAMPLED,
      isRemote: random() < 0.5,
      traceState: createTraceState(pick(['', 'a=1', 'a=1,b=2'])),
    }
    const span = pick(tracers).startSpan(
      text(),
      {
        kind: pick([SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CONSUMER]),
        attributes: attributes(),
        links: Array.from({ length: upTo(2) }, link),
        startTime: [pick([0, 1_700_000_000, 4_294_967_296]), upTo(999_999_999)],
      },
      trace.setSpanContext(ROOT_CONTEXT, random() < 0.3 ? { ...parent, spanId: '' } : parent),
    )
    for (let events = upTo(2); events > 0; events -= 1) span.addEvent(text(), attributes())
    span.setStatus({ code: pick([SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR]), message: text() })
    span.end([4_294_967_296, 999_999_999])
  }
  return spans
}

/** `toEqual` on megabytes takes seconds. */
function sameBytes(actual: Uint8Array, expected: Uint8Array | undefined): boolean {
  return expected !== undefined && Buffer.from(actual).equals(expected)
}

describe('encoded spans', () => {
  it('are byte for byte what the SDK’s serializer writes', async () => {
    for (let batch = 0; batch < 60; batch += 1) {
      const spans = makeSpans(upTo(30))
      expect(sameBytes(await encodeSpans(spans), ProtobufTraceSerializer.serializeRequest(spans))).toBe(true)
    }
  })

  it('are right beyond two megabytes, and for an empty batch', async () => {
    const spans = Array.from({ length: 20 }, () => makeSpans(60)).flat()
    const expected = ProtobufTraceSerializer.serializeRequest(spans)
    expect(expected?.length).toBeGreaterThan(2 ** 21)
    expect(sameBytes(await encodeSpans(spans), expected)).toBe(true)
    expect(await encodeSpans([])).toHaveLength(0)
  })
})
