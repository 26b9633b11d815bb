import type { JaegerLog, JaegerProcess, JaegerTag } from './jaeger-trace.ts'

/** The kind of a span. */
export type SpanKind = 'server' | 'client' | 'internal' | 'producer' | 'consumer'

/** A span as stored, for any protocol. Ids are lower-case hex, times are microseconds. */
export interface SpanRecord {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  name: string
  kind: SpanKind
  startMicros: number
  durationMicros: number
  tags: JaegerTag[]
  logs: JaegerLog[]
  links: { traceId: string; spanId: string }[]
  warnings: string[]
  process: JaegerProcess
}

/**
 * The identity of a span. The id alone is not enough: the two halves of a shared Zipkin span have one id, and
 * differ in kind and service.
 */
export const spanKey = (span: SpanRecord): string => `${span.spanId} ${span.kind} ${span.process.serviceName}`

// V8's memory for the objects on a 64-bit machine, measured by filling a store.
const SPAN_OVERHEAD = 900
const TAG_OVERHEAD = 120
const LINK_OVERHEAD = 200

/** V8 stores a text with one byte per character if all are Latin-1, else with two. */
const textBytes = (text: string): number => (/[\u0100-\uffff]/.test(text) ? 2 * text.length : text.length)

const tagBytes = (tags: readonly JaegerTag[]): number =>
  tags.reduce(
    (sum, tag) => sum + TAG_OVERHEAD + textBytes(tag.key) + (typeof tag.value === 'string' ? textBytes(tag.value) : 8),
    0,
  )

/** About how many bytes of memory a span holds on to, without its process, which it may share with others. */
export const estimateSpanBytes = (span: SpanRecord): number =>
  SPAN_OVERHEAD +
  textBytes(span.name) +
  tagBytes(span.tags) +
  span.logs.reduce((sum, log) => sum + TAG_OVERHEAD + tagBytes(log.fields), 0) +
  span.links.length * LINK_OVERHEAD

/** About how many bytes of memory a process description holds on to. */
export const estimateProcessBytes = (process: JaegerProcess): number =>
  TAG_OVERHEAD + textBytes(process.serviceName) + tagBytes(process.tags)
