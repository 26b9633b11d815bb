import { jsonAnswer, requireMethod } from './answer.ts'
import type { Answer, Route } from './answer.ts'
import { countDependencies } from './dependencies.ts'
import { RequestError, malformed } from './request-error.ts'
import type { TraceFilter, TraceStore } from './trace-store.ts'

const dataAnswer = (data: readonly unknown[]): Answer =>
  jsonAnswer(200, { data, total: data.length, limit: 0, offset: 0, errors: null })

const MAX_LIMIT = 1500

function readNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^\d{1,17}$/.test(text)) throw malformed(`the parameter ${name} must be a whole number`)
  return Number(text)
}

/** `service`, `operation`, `limit`, `start` and `end` (µs) narrow the search; the others Jaeger has are let pass. */
function readFilter(query: URLSearchParams): TraceFilter {
  const service = query.get('service')
  const operation = query.get('operation')
  const startMicros = readNumber(query, 'start')
  const endMicros = readNumber(query, 'end')
  return {
    limit: Math.min(readNumber(query, 'limit') ?? 20, MAX_LIMIT),
    ...(service ? { service } : {}),
    ...(operation ? { operation } : {}),
    ...(startMicros === undefined ? {} : { startMicros }),
    ...(endMicros === undefined ? {} : { endMicros }),
  }
}

function oneTrace(store: TraceStore, id: string): Answer {
  // Jaeger takes an id without its leading zeros too.
  if (!/^[0-9a-f]{1,32}$/i.test(id)) throw malformed('a trace id is 1 to 32 hex digits')
  const trace = store.trace(id.toLowerCase().padStart(32, '0'))
  if (trace === undefined) throw new RequestError('TL_TRACE_NO_ROUTE', 'trace not found')
  return dataAnswer([trace])
}

/** The part of Jaeger's query API that reads services, traces and dependencies, and `/health`. */
export const createQueryRoute =
  (store: TraceStore): Route =>
  (request, url) => {
    requireMethod(request, ['GET', 'HEAD'])
    const id = /^\/api\/traces\/([^/]+)$/.exec(url.pathname)?.[1]
    if (id !== undefined) return oneTrace(store, id)
    switch (url.pathname) {
      case '/api/services':
        return dataAnswer(store.services())
      case '/api/traces':
        return dataAnswer(store.traces(readFilter(url.searchParams)))
      case '/api/dependencies':
        return dataAnswer(countDependencies(store.traces({ limit: Infinity })))
      case '/health': {
        const { spanCount, traceCount, droppedSpans, droppedTraces } = store
        return jsonAnswer(200, { status: 'ok', spanCount, traceCount, droppedSpans, droppedTraces })
      }
      default:
        throw new RequestError('TL_TRACE_NO_ROUTE', 'no such path in the query API')
    }
  }

/** A query error in Jaeger's shape: no data, and a list with the status and the reason. */
export const formatQueryError = (error: RequestError): Answer =>
  jsonAnswer(error.status, {
    data: null,
    total: 0,
    limit: 0,
    offset: 0,
    errors: [{ code: error.status, msg: error.message }],
  })
