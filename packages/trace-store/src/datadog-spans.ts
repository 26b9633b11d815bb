import { readAmount, readFields, readList, readText } from './fields.ts'
import type { Fields } from './fields.ts'
import type { JaegerTag } from './jaeger-trace.ts'
import { malformed } from './request-error.ts'
import type { SpanKind, SpanRecord } from './span-record.ts'

const MAX_UINT64 = 2n ** 64n - 1n

/** MessagePack has the smallest form for each integer, so one field comes as a number or as a bigint. */
function readInteger(value: unknown, path: string): bigint {
  const integer =
    typeof value === 'bigint' ? value : typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : -1n
  if (integer < 0n || integer > MAX_UINT64) throw malformed(`${path} must be an unsigned 64-bit integer`)
  return integer
}

const toHex = (id: bigint): string => id.toString(16).padStart(16, '0')

function requireSpanId(value: unknown, path: string): string {
  const id = readInteger(value, path)
  if (id === 0n) throw malformed(`${path} must not be 0`)
  return toHex(id)
}

function readTexts(value: unknown, path: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(readFields(value, path)).map(([key, item]) => [key, readText(item, `${path} values`)]),
  )
}

const kinds: readonly SpanKind[] = ['server', 'client', 'internal', 'producer', 'consumer']

/**
 * Libraries name the kind in `span.kind`. Envoy's Datadog tracer doesn't; its resource begins with the direction of the
 * listener: `ingress`, or `egress` and the authority.
 */
function readKind(resource: string, meta: Record<string, string>): SpanKind {
  const named = kinds.find((kind) => kind === meta['span.kind'])
  if (named !== undefined || meta['component'] !== 'proxy') return named ?? 'internal'
  const [direction] = resource.split(' ', 1)
  return direction === 'ingress' ? 'server' : direction === 'egress' ? 'client' : 'internal'
}

const textTag = (key: string, value: string | undefined): JaegerTag[] =>
  value === undefined || value === '' ? [] : [{ key, type: 'string', value }]

function readTags(span: Fields, path: string, meta: Record<string, string>): JaegerTag[] {
  const metrics = Object.entries(readFields(span.metrics, `${path}.metrics`))
  const failed = readAmount(Number(span.error ?? 0), `${path}.error`) !== 0
  return [
    ...Object.entries(meta).flatMap(([key, value]) => (key === 'span.kind' ? [] : textTag(key, value))),
    ...metrics.map(([key, value]): JaegerTag => {
      if (typeof value !== 'number') throw malformed(`${path}.metrics values must be numbers`)
      return { key, type: Number.isSafeInteger(value) ? 'int64' : 'float64', value }
    }),
    ...(failed ? [{ key: 'error', type: 'bool' as const, value: true }] : []),
    ...(failed ? textTag('otel.status_description', meta['error.message'] ?? meta['error.msg']) : []),
    ...textTag('operation.name', readText(span.name, `${path}.name`)),
    ...textTag('internal.span.format', 'datadog'),
  ]
}

function readSpan(span: Fields, path: string, traceIdHigh: string): SpanRecord {
  const meta = readTexts(span.meta, `${path}.meta`)
  const resource = readText(span.resource, `${path}.resource`)
  const service = readText(span.service, `${path}.service`)
  const parentId = readInteger(span.parent_id ?? 0, `${path}.parent_id`)
  return {
    traceId: traceIdHigh + requireSpanId(span.trace_id, `${path}.trace_id`),
    spanId: requireSpanId(span.span_id, `${path}.span_id`),
    parentSpanId: parentId === 0n ? undefined : toHex(parentId),
    name: resource === '' ? readText(span.name, `${path}.name`) : resource,
    kind: readKind(resource, meta),
    startMicros: Number(readInteger(span.start, `${path}.start`) / 1000n),
    durationMicros: Number(readInteger(span.duration ?? 0, `${path}.duration`) / 1000n),
    tags: readTags(span, path, meta),
    logs: [],
    links: [],
    warnings: [],
    process: { serviceName: service === '' ? 'unknown_service' : service, tags: [] },
  }
}

/** The first of a chunk's spans with this key in `group` decides for the whole chunk. */
function findInChunk(spans: readonly (readonly [Fields, string])[], group: 'meta' | 'metrics', key: string): unknown {
  for (const [span, path] of spans) {
    const value = readFields(span[group], `${path}.${group}`)[key]
    if (value !== undefined) return value
  }
  return undefined
}

function readChunk(value: unknown, path: string): SpanRecord[] {
  const spans = readList(value, path, (span, at) => [readFields(span, at), at] as const)
  const priority = findInChunk(spans, 'metrics', '_sampling_priority_v1')
  const traceIdHigh = readText(findInChunk(spans, 'meta', '_dd.p.tid'), `${path} _dd.p.tid`)
  if (!/^([0-9a-f]{16})?$/.test(traceIdHigh)) throw malformed(`${path} _dd.p.tid must be 16 hex digits`)
  const records = spans.map(([span, at]) => readSpan(span, at, traceIdHigh === '' ? '0'.repeat(16) : traceIdHigh))
  // Priority 0 and below means "drop" (Datadog, trace sampling priority): the agent would only have counted them.
  return typeof priority === 'number' && priority <= 0 ? [] : records
}

/**
 * Reads the traces of one `/v0.4/traces` request, decoded: a list of chunks, each a list of spans of one trace. Trace
 * ids become 128-bit by `_dd.p.tid`; chunks that were not sampled are left out. Throws a RequestError (400) that names
 * the first field that is wrong.
 */
export function readDatadogSpans(body: unknown): SpanRecord[] {
  if (!Array.isArray(body)) throw malformed('the body must be a list of traces')
  return readList(body, 'traces', readChunk).flat()
}
