import { isRecord } from '@throughline/trace-store'
import { describeStranger } from './describe-stranger.ts'
import { type BackendAccess, fetchJson, fetchText } from './fetch-json.ts'
import { readOtlpJson } from './read-otlp-json.ts'
import { BackendError, type TraceBackend } from './trace-backend.ts'

/** Reads Grafana Tempo by trace id: `/api/v2/traces/<id>` from 2.6 on, `/api/traces/<id>` before. It does not search. */
export function createTempoBackend(access: BackendAccess): TraceBackend {
  let version: '/api/v2/traces' | '/api/traces' = '/api/v2/traces'
  return {
    kind: 'tempo',
    searchable: false,
    async trace(traceId) {
      const spans = readOtlpJson(await fetchJson(access, `${version}/${traceId}`))
      if (spans.length > 0 || version === '/api/traces') return spans
      const older = readOtlpJson(await fetchJson(access, `/api/traces/${traceId}`))
      if (older.length > 0) version = '/api/traces'
      return older
    },
    search: () => Promise.resolve([]),
    async confirm() {
      const echo = await fetchText(access, '/api/echo').catch(() => undefined)
      if (echo?.trim() === 'echo') return
      // A gateway in front may let the query paths through and nothing else.
      const tags = await fetchJson(access, '/api/search/tags')
      if (!isTempoAnswer(tags))
        throw new BackendError(`${access.url} ${describeStranger('Tempo', '/api/search/tags', tags)}`)
    },
  }
}

export const isTempoAnswer = (body: unknown): boolean => isRecord(body) && 'tagNames' in body
