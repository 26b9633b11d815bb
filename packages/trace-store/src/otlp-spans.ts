import { readFields, readFixed64, readId, readList, readText, requireId } from './fields.ts'
import type { Fields } from './fields.ts'
import type { JaegerLog, JaegerProcess, JaegerTag } from './jaeger-trace.ts'
import { readAttributes } from './otlp-attributes.ts'
import { malformed } from './request-error.ts'
import type { SpanKind, SpanRecord } from './span-record.ts'

// By number. 0 is "unspecified", which a receiver may take as internal (opentelemetry/proto/trace/v1, SpanKind).
const kinds: readonly SpanKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer']
const statusNames = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']

const textTag = (key: string, value: string): JaegerTag[] => (value === '' ? [] : [{ key, type: 'string', value }])

const toMicros = (nanos: bigint): number => Number(nanos / 1000n)

function readKind(value: unknown, path: string): SpanKind {
  const kind =
    typeof value === 'string'
      ? (kinds.find((name) => value === `SPAN_KIND_${name.toUpperCase()}`) ??
        (value === 'SPAN_KIND_UNSPECIFIED' ? 'internal' : undefined))
      : kinds[typeof value === 'number' ? value : 0]
  if (kind === undefined) throw malformed(`${path} is not a span kind`)
  return kind
}

function readStatus(value: unknown, path: string): JaegerTag[] {
  const status = readFields(value, path)
  const code = typeof status.code === 'string' ? statusNames.indexOf(status.code) : (status.code ?? 0)
  if (code === 0) return []
  const description = textTag('otel.status_description', readText(status.message, `${path}.message`))
  if (code === 1) return textTag('otel.status_code', 'OK')
  if (code !== 2) throw malformed(`${path}.code is not a status code`)
  return [{ key: 'error', type: 'bool', value: true }, ...textTag('otel.status_code', 'ERROR'), ...description]
}

function readEvent(value: unknown, path: string): JaegerLog {
  const event = readFields(value, path)
  return {
    timestamp: toMicros(readFixed64(event.timeUnixNano, `${path}.timeUnixNano`)),
    fields: [
      ...textTag('event', readText(event.name, `${path}.name`)),
      ...readAttributes(event.attributes, `${path}.attributes`),
    ],
  }
}

function readLink(value: unknown, path: string): { traceId: string; spanId: string } {
  const link = readFields(value, path)
  return {
    traceId: requireId(link.traceId, `${path}.traceId`, 16),
    spanId: requireId(link.spanId, `${path}.spanId`, 8),
  }
}

function readProcess(value: unknown, path: string): JaegerProcess {
  const tags = readAttributes(readFields(value, path).attributes, `${path}.attributes`)
  const named = tags.find((tag) => tag.key === 'service.name' && tag.value !== '')
  return {
    serviceName: named === undefined ? 'unknown_service' : String(named.value),
    tags: tags.filter((tag) => tag.key !== 'service.name'),
  }
}

function readScope(value: unknown, path: string): JaegerTag[] {
  const scope = readFields(value, path)
  return [
    ...textTag('otel.scope.name', readText(scope.name, `${path}.name`)),
    ...textTag('otel.scope.version', readText(scope.version, `${path}.version`)),
  ]
}

function readSpan(span: Fields, path: string, from: { process: JaegerProcess; scopeTags: JaegerTag[] }): SpanRecord {
  const start = readFixed64(span.startTimeUnixNano, `${path}.startTimeUnixNano`)
  const end = readFixed64(span.endTimeUnixNano, `${path}.endTimeUnixNano`)
  const attributes = readAttributes(span.attributes, `${path}.attributes`)
  return {
    traceId: requireId(span.traceId, `${path}.traceId`, 16),
    spanId: requireId(span.spanId, `${path}.spanId`, 8),
    parentSpanId: readId(span.parentSpanId, `${path}.parentSpanId`, 8),
    name: readText(span.name, `${path}.name`),
    kind: readKind(span.kind, `${path}.kind`),
    startMicros: toMicros(start),
    durationMicros: end > start ? toMicros(end - start) : 0,
    tags: [
      ...attributes.filter((tag) => tag.key !== 'span.kind'),
      ...readStatus(span.status, `${path}.status`),
      ...textTag('w3c.tracestate', readText(span.traceState, `${path}.traceState`)),
      ...from.scopeTags,
      ...textTag('internal.span.format', 'otlp'),
    ],
    logs: readList(span.events, `${path}.events`, readEvent),
    links: readList(span.links, `${path}.links`, readLink),
    warnings: end < start ? ['the span ends before it starts'] : [],
    process: from.process,
  }
}

function readScopeSpans(value: unknown, path: string, process: JaegerProcess): SpanRecord[] {
  const { scope, spans } = readFields(value, path)
  const from = { process, scopeTags: readScope(scope, `${path}.scope`) }
  return readList(spans, `${path}.spans`, (span, at) => readSpan(readFields(span, at), at, from))
}

/**
 * Reads a decoded ExportTraceServiceRequest, from protobuf or JSON, into spans. Throws a RequestError (400) that names
 * the first field that is wrong; nothing of such an export is kept.
 */
export function readOtlpSpans(body: unknown): SpanRecord[] {
  if (body === null) throw malformed('the body must be an object')
  return readList(readFields(body, 'the body').resourceSpans, 'resourceSpans', (item, path) => {
    const { resource, scopeSpans } = readFields(item, path)
    const process = readProcess(resource, `${path}.resource`)
    return readList(scopeSpans, `${path}.scopeSpans`, (scope, at) => readScopeSpans(scope, at, process)).flat()
  }).flat()
}
