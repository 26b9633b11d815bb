import { jsonAnswer, requireMethod } from './answer.ts'
import type { Answer, Route } from './answer.ts'
import { MAX_ANSWER_BYTES } from './limits.ts'
import type { JaegerTrace } from './jaeger-trace.ts'
import { RequestError, malformed } from './request-error.ts'
import { createTraceAnswers } from './trace-answer.ts'
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

/** `service`, `operation`, `limit`, `start` and `end` (µs) narrow the search; other Jaeger parameters are ignored. */
function readFilter(query: URLSearchParams): TraceFilter {
  const service = query.get('service')
  const operation = query.get('operation')
  const startMicros = readNumber(query, 'start')
  const endMicros = readNumber(query, 'end')
  return {
    limit: Math.min(readNumber(query, 'limit') ?? 20, MAX_LIMIT),
    maxBytes: MAX_ANSWER_BYTES,
    ...(service ? { service } : {}),
    ...(operation ? { operation } : {}),
    ...(startMicros === undefined ? {} : { startMicros }),
    ...(endMicros === undefined ? {} : { endMicros }),
  }
}

function findTrace(store: TraceStore, id: string): JaegerTrace {
  // Jaeger also accepts an id without its leading zeros.
  if (!/^[0-9a-f]{1,32}$/i.test(id)) throw malformed('a trace id is 1 to 32 hex digits')
  const trace = store.trace(id.toLowerCase().padStart(32, '0'))
  if (trace === undefined) throw new RequestError('TL_TRACE_NO_ROUTE', 'trace not found')
  return trace
}

/** The part of Jaeger's query API that reads services, traces and dependencies, and `/health`. */
export function createQueryRoute(store: TraceStore): Route {
  const answerTraces = createTraceAnswers()
  return (request, url) => {
    requireMethod(request, ['GET', 'HEAD'])
    const id = /^\/api\/traces\/([^/]+)$/.exec(url.pathname)?.[1]
    if (id !== undefined) return answerTraces(request, () => [findTrace(store, id)])
    switch (url.pathname) {
      case '/api/services':
        return dataAnswer(store.services())
      case '/api/traces':
        return answerTraces(request, () => store.traces(readFilter(url.searchParams)))
      case '/api/dependencies':
        return dataAnswer(store.dependencies())
      case '/health': {
        const { spanCount, traceCount, droppedSpans, droppedTraces } = store
        return jsonAnswer(200, { status: 'ok', spanCount, traceCount, droppedSpans, droppedTraces })
      }
      default:
        throw new RequestError('TL_TRACE_NO_ROUTE', 'no such path in the query API')
    }
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
