import type { Span, SpanKind } from '../evidence/span.ts'
import { isRecord, parseText } from './wire.ts'

export interface StoredTrace {
  traceId: string
  spans: Span[]
}

const MAX_SPANS = 500
const KINDS: ReadonlySet<string> = new Set<SpanKind>(['server', 'client', 'internal', 'producer', 'consumer'])

/**
 * Reads a trace in the shape of Jaeger's query API; spans that can't be read are left out.
 *
 * @param value one member of `data`
 */
export function readJaegerTrace(value: unknown): StoredTrace | undefined {
  if (!isRecord(value) || !Array.isArray(value['spans'])) return undefined
  const traceId = parseTraceId(value['traceID'])
  if (traceId === undefined) return undefined
  const processes = isRecord(value['processes']) ? value['processes'] : {}
  const spans = value['spans'].slice(0, MAX_SPANS).flatMap((span) => readSpan(span, { traceId, processes }))
  return { traceId, spans }
}

function readSpan(value: unknown, trace: { traceId: string; processes: Record<string, unknown> }): Span[] {
  if (!isRecord(value)) return []
  const spanId = parseText(value['spanID'], 32)
  const startUs = Number(value['startTime'])
  const durationUs = Number(value['duration'])
  if (spanId === null || !Number.isFinite(startUs) || !Number.isFinite(durationUs)) return []
  const tags = readTags(value['tags'])
  const process = trace.processes[String(value['processID'])]
  const kind = String(tags.get('span.kind')).toLowerCase()
  const status = Number(tags.get('http.response.status_code') ?? tags.get('http.status_code') ?? Number.NaN)
  return [
    {
      traceId: trace.traceId,
      spanId,
      parentId: readParent(value['references']),
      service: (isRecord(process) ? parseText(process['serviceName'], 100) : null) ?? 'unnamed service',
      proxy: tags.get('component') === 'proxy',
      kind: KINDS.has(kind) ? (kind as SpanKind) : null,
      name: parseText(value['operationName'], 120) ?? 'unnamed',
      startUs,
      durationUs: Math.max(0, durationUs),
      status: Number.isInteger(status) && status >= 100 && status <= 599 ? status : null,
      error: String(tags.get('error')) === 'true' || tags.get('otel.status_code') === 'ERROR',
    },
  ]
}

function readTags(value: unknown): Map<string, unknown> {
  const tags = new Map<string, unknown>()
  if (!Array.isArray(value)) return tags
  for (const tag of value) {
    if (isRecord(tag) && typeof tag['key'] === 'string') tags.set(tag['key'], tag['value'])
  }
  return tags
}

function readParent(references: unknown): string | null {
  if (!Array.isArray(references)) return null
  const parent = references.find((reference) => isRecord(reference) && reference['refType'] === 'CHILD_OF')
  return isRecord(parent) ? parseText(parent['spanID'], 32) : null
}

function parseTraceId(value: unknown): string | undefined {
  return typeof value === 'string' && /^([0-9a-f]{16}){1,2}$/i.test(value) ? value.toLowerCase() : undefined
}
