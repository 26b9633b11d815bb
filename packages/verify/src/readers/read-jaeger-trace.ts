import { isRecord } from '@throughline/trace-store'
import type { Span } from '../evidence/span.ts'
import { parseTraceId } from './ids.ts'
import { spanFromTags } from './span-tags.ts'
import { parseText } from './wire.ts'

export interface StoredTrace {
  traceId: string
  spans: Span[]
}

/** A trace that one context keeps open for many requests grows without end. */
const MAX_SPANS = 200_000

/**
 * Reads a trace in the shape of Jaeger's query API; spans that can't be read are left out.
 *
 * @param value one member of `data`
 * @param most spans that are read
 */
export function readJaegerTrace(value: unknown, most = MAX_SPANS): StoredTrace | undefined {
  if (!isRecord(value) || !Array.isArray(value['spans'])) return undefined
  const traceId = parseTraceId(value['traceID'])
  if (traceId === undefined) return undefined
  const processes = isRecord(value['processes']) ? value['processes'] : {}
  const spans = value['spans'].slice(0, most).flatMap((span) => readSpan(span, { traceId, processes }))
  return { traceId, spans }
}

function readSpan(value: unknown, trace: { traceId: string; processes: Record<string, unknown> }): Span[] {
  if (!isRecord(value)) return []
  const spanId = parseText(value['spanID'], 32)
  const startUs = Number(value['startTime'])
  const durationUs = Number(value['duration'])
  if (spanId === null || !Number.isFinite(startUs) || !Number.isFinite(durationUs)) return []
  const process = trace.processes[String(value['processID'])]
  const tags = readTags(value['tags'])
  const all = new Map([...readTags(isRecord(process) ? process['tags'] : undefined), ...tags])
  return [
    spanFromTags(
      {
        traceId: trace.traceId,
        spanId,
        parentId: readParent(value['references']),
        service: (isRecord(process) ? parseText(process['serviceName'], 100) : null) ?? 'unnamed service',
        kind: tags.get('span.kind'),
        name: parseText(value['operationName'], 120) ?? 'unnamed',
        startUs,
        durationUs,
        error: false,
      },
      all,
    ),
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
