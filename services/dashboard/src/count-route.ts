import { ERRORS, type Logger, type Metrics } from '@throughline/service-kit'
import type { Request, RequestHandler, Response } from 'express'
import type { CallOutcome } from './call-outcome.ts'
import type { CallOptions, CountingCall, CountingClient } from './counting-client.ts'
import type { UpstreamHealth } from './upstream-health.ts'

/** The answer of `GET /api/count`. */
export interface CountAnswer extends CallOutcome {
  /** 32 hex digits; null when nothing is traced. */
  traceId: string | null
  /** How long the call to counting took. */
  durationMs: number
  /** ISO 8601, when the call ended. */
  at: string
}

/** Sees one request from its start to its end. What it returns is used for this request only. */
interface RequestObserver {
  /** Options of the call to counting. */
  call?: CallOptions
  /** Called before the answer is sent. Returns members to add to the answer. */
  onAnswer?: (answer: CountAnswer, call: CountingCall) => object | undefined
}

export interface CountRouteOptions {
  counting: CountingClient
  upstream: UpstreamHealth
  /** Trace id of the request being served. */
  traceId: () => string | undefined
  metrics: Metrics
  logger: Logger
  /** Called with each request before counting is called; default: requests are not observed. */
  observe?: (request: Request, response: Response) => RequestObserver
}

/**
 * `GET /api/count`: calls counting once and reports how the call went. 200 when connected; otherwise 502 or 504 with the
 * same body, so that a caller who reads only the status is not misled.
 */
export function countRoute(options: CountRouteOptions): RequestHandler {
  const { counting, upstream, traceId, metrics, logger, observe } = options
  const calls = metrics.counter({
    name: 'dashboard_upstream_calls_total',
    help: 'Calls to counting, by the state they ended in.',
    labelNames: ['state', 'code'],
  })
  return async (request, response) => {
    const observer = observe?.(request, response)
    const started = performance.now()
    const call = await counting.call(observer?.call)
    const durationMs = Math.round((performance.now() - started) * 1000) / 1000
    const { outcome } = call
    const { state, code, reason } = outcome
    upstream.record(state === 'connected')
    calls.inc({ state, code: code ?? '' })
    if (code) logger.warn({ code, state }, reason ?? code)
    const answer = { ...outcome, traceId: traceId() ?? null, durationMs, at: new Date().toISOString() }
    const additions = observer?.onAnswer?.(answer, call)
    response
      .status(code ? ERRORS[code].status : 200)
      .set('cache-control', 'no-store')
      .json({ ...answer, ...additions })
  }
}
