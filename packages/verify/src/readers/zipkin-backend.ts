import { isRecord } from '@throughline/trace-store'
import type { Span } from '../evidence/span.ts'
import { describeStranger } from './describe-stranger.ts'
import { type BackendAccess, fetchJson } from './fetch-json.ts'
import { parseSpanId, parseTraceId } from './ids.ts'
import { spanFromTags } from './span-tags.ts'
import { BackendError, type TraceBackend } from './trace-backend.ts'
import { parseText } from './wire.ts'

const LIMIT = 1000

/** Reads Zipkin's v2 API: `/api/v2/trace/<id>`, and `/api/v2/traces` for all services at once. */
export function createZipkinBackend(access: BackendAccess): TraceBackend {
  return {
    kind: 'zipkin',
    searchable: true,
    async trace(traceId) {
      return readZipkinSpans(await fetchJson(access, `/api/v2/trace/${traceId}`))
    },
    async search({ startUs, endUs }) {
      const query = new URLSearchParams({
        endTs: String(Math.ceil(endUs / 1000)),
        lookback: String(Math.ceil((endUs - startUs) / 1000)),
        limit: String(LIMIT),
      })
      const traces = await fetchJson(access, `/api/v2/traces?${query.toString()}`)
      return Array.isArray(traces) ? traces.flatMap(readZipkinSpans) : []
    },
    async confirm() {
      const body = await fetchJson(access, '/api/v2/services')
      if (Array.isArray(body)) return
      // A Zipkin whose search is off (SEARCH_ENABLED=false) answers 404 there as well, and it still reports its health.
      const health = body === undefined ? await fetchJson(access, '/health').catch(() => undefined) : undefined
      if (isRecord(health) && isRecord(health['zipkin'])) return
      throw new BackendError(`${access.url} ${describeStranger('Zipkin', '/api/v2/services', body)}`)
    },
  }
}

/** Spans of Zipkin's v2 JSON; what can't be read is left out. */
function readZipkinSpans(value: unknown): Span[] {
  return Array.isArray(value) ? value.flatMap(readSpan) : []
}

function readSpan(value: unknown): Span[] {
  if (!isRecord(value)) return []
  const traceId = parseTraceId(value['traceId'])
  const spanId = parseSpanId(value['id'])
  const startUs = Number(value['timestamp'])
  const durationUs = Number(value['duration'] ?? 0)
  if (traceId === undefined || spanId === undefined || !Number.isFinite(startUs) || !Number.isFinite(durationUs)) {
    return []
  }
  const endpoint = value['localEndpoint']
  const tags = new Map(Object.entries(isRecord(value['tags']) ? value['tags'] : {}))
  return [
    spanFromTags(
      {
        traceId,
        spanId,
        parentId: parseSpanId(value['parentId']) ?? null,
        service: (isRecord(endpoint) ? parseText(endpoint['serviceName'], 100) : null) ?? 'unnamed service',
        kind: value['kind'],
        name: parseText(value['name'], 120) ?? 'unnamed',
        startUs,
        durationUs,
        error: tags.has('error') && tags.get('error') !== 'false',
      },
      tags,
    ),
  ]
}
