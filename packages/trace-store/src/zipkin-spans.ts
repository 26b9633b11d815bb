import { readAmount, readFields, readId, readList, readText } from './fields.ts'
import type { JaegerLog, JaegerProcess, JaegerTag } from './jaeger-trace.ts'
import { malformed } from './request-error.ts'
import type { SpanKind, SpanRecord } from './span-record.ts'

const textTag = (key: string, value: string): JaegerTag => ({ key, type: 'string', value })

/** Zipkin ids may be short (1 to 16 or 32 digits); they are padded on the left, so that both lengths of one id meet. */
function readZipkinId(value: unknown, path: string, bytes: 8 | 16): string | undefined {
  const digits = readText(value, path)
  if (digits.length > bytes * 2) throw malformed(`${path} must have at most ${bytes * 2} hex digits`)
  return digits === '' ? undefined : readId(digits.padStart(bytes * 2, '0'), path, bytes)
}

function requireZipkinId(value: unknown, path: string, bytes: 8 | 16): string {
  const id = readZipkinId(value, path, bytes)
  if (id === undefined) throw malformed(`${path} must be hex digits and not all zeros`)
  return id
}

// A Zipkin span without a kind is local work (Zipkin API v2, Span.kind).
function readKind(value: unknown, path: string): SpanKind {
  const name = readText(value, path)
  const kind = (['client', 'server', 'producer', 'consumer'] as const).find((known) => known.toUpperCase() === name)
  if (kind === undefined && name !== '') throw malformed(`${path} must be CLIENT, SERVER, PRODUCER or CONSUMER`)
  return kind ?? 'internal'
}

/** The tag `error` means "failed" whatever its value, which may be a description (Zipkin, "error" tag). */
function readTags(value: unknown, path: string): JaegerTag[] {
  return Object.entries(readFields(value, path)).flatMap(([key, item]): JaegerTag[] => {
    const text = readText(item, `${path} values`)
    if (key === 'span.kind') return []
    if (key !== 'error') return [textTag(key, text)]
    const failed: JaegerTag = { key, type: 'bool', value: true }
    return text === '' || text === 'true' ? [failed] : [failed, textTag('otel.status_description', text)]
  })
}

function readAnnotation(value: unknown, path: string): JaegerLog {
  const annotation = readFields(value, path)
  return {
    timestamp: Math.round(readAmount(annotation.timestamp, `${path}.timestamp`)),
    fields: [textTag('event', readText(annotation.value, `${path}.value`))],
  }
}

function readProcess(value: unknown, path: string): JaegerProcess {
  const endpoint = readFields(value, path)
  const address = readText(endpoint.ipv4 ?? endpoint.ipv6, `${path} address`)
  const serviceName = readText(endpoint.serviceName, `${path}.serviceName`)
  return {
    serviceName: serviceName === '' ? 'unknown_service' : serviceName,
    tags: address === '' ? [] : [textTag('ip', address)],
  }
}

function readPeer(value: unknown, path: string): JaegerTag[] {
  const endpoint = readFields(value, path)
  const port = readAmount(endpoint.port, `${path}.port`)
  const texts = [
    textTag('peer.service', readText(endpoint.serviceName, `${path}.serviceName`)),
    textTag('peer.ipv4', readText(endpoint.ipv4, `${path}.ipv4`)),
    textTag('peer.ipv6', readText(endpoint.ipv6, `${path}.ipv6`)),
  ].filter((tag) => tag.value !== '')
  return port === 0 ? texts : [...texts, { key: 'peer.port', type: 'int64', value: port }]
}

function readSpan(value: unknown, path: string): SpanRecord {
  const span = readFields(value, path)
  return {
    traceId: requireZipkinId(span.traceId, `${path}.traceId`, 16),
    spanId: requireZipkinId(span.id, `${path}.id`, 8),
    parentSpanId: readZipkinId(span.parentId, `${path}.parentId`, 8),
    name: readText(span.name, `${path}.name`),
    kind: readKind(span.kind, `${path}.kind`),
    startMicros: Math.round(readAmount(span.timestamp, `${path}.timestamp`)),
    durationMicros: Math.round(readAmount(span.duration, `${path}.duration`)),
    tags: [
      ...readTags(span.tags, `${path}.tags`),
      ...readPeer(span.remoteEndpoint, `${path}.remoteEndpoint`),
      textTag('internal.span.format', 'zipkin'),
    ],
    logs: readList(span.annotations, `${path}.annotations`, readAnnotation),
    links: [],
    warnings: span.shared === true ? ['the span shares its id with the span of its caller'] : [],
    process: readProcess(span.localEndpoint, `${path}.localEndpoint`),
  }
}

/** Reads a Zipkin v2 list of spans. Throws a RequestError (400) that names the first field that is wrong. */
export function readZipkinSpans(body: unknown): SpanRecord[] {
  if (!Array.isArray(body)) throw malformed('the body must be a list of spans')
  return readList(body, 'spans', readSpan)
}
