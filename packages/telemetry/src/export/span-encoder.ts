import type { SpanContext } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { LenientWriter } from './lenient-writer.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

type Attributes = ReadableSpan['attributes']

const VARINT = 0
const FIXED64 = 1
const FIXED32 = 5
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200
/** Field of `ScopeSpans`. */
const SPANS = 2
/** Bytes that the length of most spans takes. */
const SPAN_LENGTH = 2
/** As the SDK has it, which takes no longer one from a caller. */
const LONGEST_TRACESTATE = 512

/**
 * Writes a span as a member of OTLP's `ScopeSpans` (opentelemetry-proto, `trace/v1/trace.proto`), byte for byte what
 * the SDK's serializer makes of it. One pass with strings written in place takes a fraction of the time, and encoding
 * is the most expensive part of a span.
 *
 * What an ordinary span doesn't have (a name that isn't a string, a time before 1970) is written in a second attempt,
 * which takes longer. If the SDK's serializer fails as well, this throws without having written anything.
 */
export function encodeSpan(writer: ProtobufWriter, span: ReadableSpan): void {
  const start = writer.length
  try {
    writeSpan(writer, span)
  } catch {
    writer.truncate(start)
    const lenient = new LenientWriter()
    writeSpan(lenient, span)
    writer.raw(lenient.finish())
  }
}

function writeSpan(writer: ProtobufWriter, span: ReadableSpan): void {
  const start = writer.open(SPANS, SPAN_LENGTH)
  const context = span.spanContext()
  const parent = span.parentSpanContext
  writeIds(writer, context)
  if (parent?.spanId) writer.id(4, parent.spanId)
  writer.string(5, span.name)
  // In the API kinds begin at 0, which means "unspecified" here.
  writeKind(writer, span.kind)
  writeTime(writer, 7, span.startTime)
  writeTime(writer, 8, span.endTime)
  if (span.attributes) writeAttributes(writer, 9, span.attributes)
  writeCount(writer, 10, span.droppedAttributesCount)
  for (const event of span.events) writeEvent(writer, event)
  writeCount(writer, 12, span.droppedEventsCount)
  for (const link of span.links) writeLink(writer, link)
  writeCount(writer, 14, span.droppedLinksCount)
  const statusStart = writer.open(15)
  if (span.status.message) writer.string(2, span.status.message)
  writeCount(writer, 3, span.status.code)
  writer.close(statusStart)
  writeFlags(writer, 16, flagsOf(context.traceFlags, parent?.isRemote))
  writer.close(start, SPAN_LENGTH)
}

function writeKind(writer: ProtobufWriter, kind: number | null | undefined): void {
  // Odd kinds add up to odd things, which only the lenient writer takes.
  const number = kind === null || kind === undefined ? 0 : kind + 1
  if (number !== 0) writeCount(writer, 6, number)
}

function writeEvent(writer: ProtobufWriter, event: ReadableSpan['events'][number]): void {
  const start = writer.open(11)
  writeTime(writer, 1, event.time)
  writer.string(2, event.name)
  if (event.attributes) writeAttributes(writer, 3, event.attributes)
  writeCount(writer, 4, event.droppedAttributesCount || 0)
  writer.close(start)
}

function writeLink(writer: ProtobufWriter, link: ReadableSpan['links'][number]): void {
  const start = writer.open(13)
  writeIds(writer, link.context)
  if (link.attributes) writeAttributes(writer, 4, link.attributes)
  writeCount(writer, 5, link.droppedAttributesCount || 0)
  writeFlags(writer, 6, flagsOf(link.context.traceFlags, link.context.isRemote))
  writer.close(start)
}

function writeIds(writer: ProtobufWriter, { traceId, spanId, traceState }: SpanContext): void {
  writer.id(1, traceId)
  writer.id(2, spanId)
  const serialized = traceState?.serialize()
  const state =
    typeof serialized === 'string' && serialized.length > LONGEST_TRACESTATE ? firstMembers(serialized) : serialized
  if (state) writer.string(3, state)
}

/** As many whole members of a list as are allowed. */
function firstMembers(list: string): string {
  return list.slice(0, Math.max(0, list.lastIndexOf(',', LONGEST_TRACESTATE)))
}

/** Writes attributes as repeated `KeyValue` of `common/v1/common.proto`. */
export function writeAttributes(writer: ProtobufWriter, field: number, attributes: Attributes): void {
  for (const key of Object.keys(attributes)) {
    const start = writer.open(field)
    writer.string(1, key)
    const valueStart = writer.open(2)
    writeValue(writer, attributes[key])
    writer.close(valueStart)
    writer.close(start)
  }
}

/** `AnyValue` of `common/v1/common.proto`; what it has no kind for stays empty. */
function writeValue(writer: ProtobufWriter, value: unknown): void {
  if (typeof value === 'string') writer.string(1, value)
  else if (typeof value === 'boolean') writeCount(writer, 2, value ? 1 : 0)
  else if (typeof value === 'number') writeNumber(writer, value)
  else if (value instanceof Uint8Array) writer.bytes(7, value)
  else if (Array.isArray(value)) writeList(writer, value)
  else if (typeof value === 'object' && value !== null) writeRecord(writer, value as Attributes)
}

function writeNumber(writer: ProtobufWriter, value: number): void {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) {
    writer.tag(3, VARINT)
    writer.integer(value)
    return
  }
  writer.tag(4, FIXED64)
  writer.double(value)
}

function writeList(writer: ProtobufWriter, values: readonly unknown[]): void {
  const start = writer.open(5)
  for (const value of values) {
    const valueStart = writer.open(1)
    writeValue(writer, value)
    writer.close(valueStart)
  }
  writer.close(start)
}

function writeRecord(writer: ProtobufWriter, values: Attributes): void {
  const start = writer.open(6)
  writeAttributes(writer, 1, values)
  writer.close(start)
}

function writeCount(writer: ProtobufWriter, field: number, value: number): void {
  writer.tag(field, VARINT)
  writer.count(value)
}

function writeTime(writer: ProtobufWriter, field: number, time: ReadableSpan['startTime']): void {
  writer.tag(field, FIXED64)
  writer.time(time)
}

function writeFlags(writer: ProtobufWriter, field: number, flags: number): void {
  writer.tag(field, FIXED32)
  writer.fixed32(flags)
}

/** The trace flags, and whether the parent (of a link: the linked span) is in another process. */
function flagsOf(traceFlags: number, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0)
}
