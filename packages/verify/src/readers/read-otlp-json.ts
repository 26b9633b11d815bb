import { isRecord } from '@throughline/trace-store'
import type { Span } from '../evidence/span.ts'
import { parseSpanId, parseTraceId } from './ids.ts'
import { spanFromTags } from './span-tags.ts'
import { parseText } from './wire.ts'

/** `SpanKind` of opentelemetry-proto, by number; exporters write the name too. */
const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer']

/**
 * Spans of OTLP in JSON: a request as exporters and the Collector's file exporter write it (`resourceSpans`), or an answer
 * of Tempo (`batches`, or `trace` around either). What can't be read is left out.
 */
export function readOtlpJson(value: unknown): Span[] {
  if (!isRecord(value)) return []
  if (isRecord(value['trace'])) return readOtlpJson(value['trace'])
  return list(value['resourceSpans'] ?? value['batches']).flatMap((resourceSpans) => {
    const resource = attributes(
      isRecord(resourceSpans['resource']) ? resourceSpans['resource']['attributes'] : undefined,
    )
    const scopes = list(resourceSpans['scopeSpans'] ?? resourceSpans['instrumentationLibrarySpans'])
    return scopes.flatMap((scopeSpans) => {
      const scope = isRecord(scopeSpans['scope']) ? scopeSpans['scope']['name'] : undefined
      return list(scopeSpans['spans']).flatMap((span) => readSpan(span, resource, scope))
    })
  })
}

function readSpan(value: Record<string, unknown>, resource: ReadonlyMap<string, unknown>, scope: unknown): Span[] {
  const traceId = parseTraceId(hexOf(value['traceId'], 16))
  const spanId = parseSpanId(hexOf(value['spanId'], 8))
  const startUs = Number(value['startTimeUnixNano']) / 1000
  const endUs = Number(value['endTimeUnixNano']) / 1000
  if (traceId === undefined || spanId === undefined || !Number.isFinite(startUs) || !Number.isFinite(endUs)) return []
  const tags = new Map([...resource, ...attributes(value['attributes'])])
  if (typeof scope === 'string') tags.set('otel.scope.name', scope)
  const status = isRecord(value['status']) ? value['status']['code'] : undefined
  return [
    spanFromTags(
      {
        traceId,
        spanId,
        parentId: parseSpanId(hexOf(value['parentSpanId'], 8)) ?? null,
        service: parseText(resource.get('service.name'), 100) ?? 'unnamed service',
        kind: kindOf(value['kind']),
        name: parseText(value['name'], 120) ?? 'unnamed',
        startUs,
        durationUs: endUs - startUs,
        error: status === 2 || status === 'STATUS_CODE_ERROR',
      },
      tags,
    ),
  ]
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return KINDS[value] ?? ''
  return String(value).replace(/^SPAN_KIND_/, '')
}

/** OTLP's JSON has ids in hex; protobuf's own JSON mapping, which Tempo answers, has them in base64. */
function hexOf(value: unknown, bytes: number): unknown {
  if (typeof value !== 'string' || /^[0-9a-f]*$/i.test(value)) return value
  const decoded = Buffer.from(value, 'base64')
  return decoded.length === bytes ? decoded.toString('hex') : undefined
}

function attributes(value: unknown): Map<string, unknown> {
  const tags = new Map<string, unknown>()
  for (const { key, value: any } of list(value)) {
    if (typeof key !== 'string' || !isRecord(any)) continue
    tags.set(key, any['stringValue'] ?? any['intValue'] ?? any['boolValue'] ?? any['doubleValue'])
  }
  return tags
}

const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : [])
