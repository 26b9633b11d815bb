import { isRecord } from '@throughline/trace-store'
import type { Span } from '../evidence/span.ts'
import { describeStranger } from './describe-stranger.ts'
import { type BackendAccess, fetchJson } from './fetch-json.ts'
import { readJaegerTrace } from './read-jaeger-trace.ts'
import { BackendError, type TraceBackend } from './trace-backend.ts'

/** Services to search at most: each is a request. */
const MAX_SERVICES = 30
const LIMIT = 1500

/**
 * Reads Jaeger 1 and 2, and backends with the same query API: `/api/traces/<id>`, `/api/traces?service=…`,
 * `/api/services`. `raw=true` keeps Jaeger from adjusting times and shared span ids.
 */
export function createJaegerBackend(access: BackendAccess): TraceBackend {
  const services = async (): Promise<string[]> => {
    const body = await fetchJson(access, '/api/services')
    // Every Jaeger has this path, with `data: null` while it knows no service.
    if (!isJaegerAnswer(body))
      throw new BackendError(`${access.url} ${describeStranger('Jaeger', '/api/services', body)}`)
    return readNames(body)
  }
  return {
    kind: 'jaeger',
    searchable: true,
    async trace(traceId) {
      return readTraces(await fetchJson(access, `/api/traces/${traceId}?raw=true`))
    },
    async search({ startUs, endUs }, first) {
      const names = [...new Set([...first, ...(await services())])].slice(0, MAX_SERVICES)
      const found: Span[][] = []
      for (const service of names) {
        const query = new URLSearchParams({
          service,
          start: String(Math.floor(startUs)),
          end: String(Math.ceil(endUs)),
          limit: String(LIMIT),
          raw: 'true',
        })
        found.push(readTraces(await fetchJson(access, `/api/traces?${query.toString()}`)))
      }
      return found.flat()
    },
  }
}

export const isJaegerAnswer = (body: unknown): body is { data: unknown } => isRecord(body) && 'data' in body

function readTraces(body: unknown): Span[] {
  const data = isRecord(body) ? body['data'] : undefined
  return Array.isArray(data) ? data.flatMap((trace) => readJaegerTrace(trace)?.spans ?? []) : []
}

function readNames(body: unknown): string[] {
  const data = isRecord(body) ? body['data'] : undefined
  return Array.isArray(data) ? data.filter((name): name is string => typeof name === 'string') : []
}
