import type { JaegerLog, JaegerProcess, JaegerTag } from './jaeger-trace.ts'

/** What a span was in the conversation it records. */
export type SpanKind = 'server' | 'client' | 'internal' | 'producer' | 'consumer'

/** A span as the store keeps it, whatever protocol it came by. Ids are lower-case hex, times are microseconds. */
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
 * Which spans are one and the same. The id alone is not enough: the two halves of a shared Zipkin span have one id, and
 * differ in kind and service.
 */
export const spanKey = (span: SpanRecord): string => `${span.spanId} ${span.kind} ${span.process.serviceName}`

const SPAN_OVERHEAD = 400
const TAG_OVERHEAD = 60

const tagBytes = (tags: readonly JaegerTag[]): number =>
  tags.reduce(
    (sum, tag) => sum + TAG_OVERHEAD + tag.key.length + (typeof tag.value === 'string' ? tag.value.length : 8),
    0,
  )

/** About how many bytes of memory a span holds on to. The process is shared between spans and not counted. */
export const estimateBytes = (span: SpanRecord): number =>
  SPAN_OVERHEAD +
  span.name.length +
  tagBytes(span.tags) +
  span.logs.reduce((sum, log) => sum + TAG_OVERHEAD + tagBytes(log.fields), 0) +
  span.links.length * 100
