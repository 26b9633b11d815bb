import { ServiceError } from '@throughline/service-kit'
import type { RequestHandler } from 'express'
import { judgeTrace } from 'throughline'
import { askBackend, type Backend } from './ask-backend.ts'
import { parseJsonObject } from './parse-json-object.ts'

const TRACE_BACKEND: Backend = {
  name: 'the trace backend',
  code: 'TL_TRACES_UNREACHABLE',
  timeoutMs: 3000,
  // A trace of some thousand spans.
  maxBytes: 4 * 1024 * 1024,
}

/**
 * `GET /api/traces/:traceId`: one trace from the backend's Jaeger-shaped query API, unchanged, with a `verdict`.
 * `?answered=true` states that counting answered, so its span must be there. `?optional=true` answers 204
 * instead of 404 while there is no such trace.
 */
export function traceQuery(url: string | undefined): RequestHandler<{ traceId: string }> {
  return async (request, response) => {
    if (!url) throw new ServiceError('TL_TRACES_OFF', 'no trace backend: TRACE_QUERY_URL is not set')
    const { traceId } = request.params
    if (!/^[0-9a-f]{32}$/.test(traceId)) {
      throw new ServiceError('TL_BAD_REQUEST', 'a trace id is 32 lower-case hex digits')
    }
    const answer = await askBackend(`${url}/api/traces/${traceId}`, TRACE_BACKEND)
    const { answered, optional } = request.query
    if (answer.status === 404) {
      if (optional !== 'true') throw new ServiceError('TL_TRACE_NOT_FOUND', `no trace ${traceId} (yet) at ${url}`)
      response.status(204).end()
      return
    }
    if (answer.status !== 200) {
      throw new ServiceError('TL_TRACES_UNREACHABLE', `the trace backend at ${url} answered ${answer.status}`)
    }
    const body = parseJsonObject(answer.body)
    if (body === undefined) {
      throw new ServiceError(
        'TL_TRACES_UNREACHABLE',
        `the trace backend at ${url} answered something other than a JSON object`,
      )
    }
    response.set('cache-control', 'no-store').json(withVerdict(body, answered === 'true'))
  }
}

function withVerdict(body: object, answered: boolean): object {
  const { data } = body as { data?: unknown }
  const verdict = judgeTrace(Array.isArray(data) ? data[0] : undefined, { answered })
  if (verdict === undefined) return body
  const { problems, reachesUpstream, suspects } = verdict
  const spans = verdict.spans.map(({ spanId, depth, orphan, gateway }) => ({ spanId, depth, orphan, gateway }))
  return { ...body, verdict: { problems, reachesUpstream, suspects, spans } }
}
