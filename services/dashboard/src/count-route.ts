import type { Logger, Metrics } from '@throughline/service-kit'
import { ERRORS } from '@throughline/service-kit'
import type { RequestHandler } from 'express'
import type { CountingClient } from './counting-client.ts'
import type { UpstreamHealth } from './upstream-health.ts'

export interface CountRouteOptions {
  counting: CountingClient
  upstream: UpstreamHealth
  traceId: () => string | undefined
  metrics: Metrics
  logger: Logger
}

/**
 * `GET /api/count`: calls counting once and says how it went. 200 when connected; otherwise 502 or 504 with the same
 * body, so that a caller who reads only the status is not misled.
 */
export function countRoute({ counting, upstream, traceId, metrics, logger }: CountRouteOptions): RequestHandler {
  const calls = metrics.counter({
    name: 'dashboard_upstream_calls_total',
    help: 'Calls to counting, by the state they ended in.',
    labelNames: ['state', 'code'],
  })
  return async (_request, response) => {
    const id = traceId() ?? null
    const started = performance.now()
    const outcome = await counting.call()
    const durationMs = Math.round((performance.now() - started) * 1000) / 1000
    upstream.record(outcome.state === 'connected')
    calls.inc({ state: outcome.state, code: outcome.code ?? '' })
    if (outcome.code) logger.warn({ code: outcome.code, state: outcome.state }, outcome.reason ?? outcome.code)
    response
      .status(outcome.code ? ERRORS[outcome.code].status : 200)
      .set('cache-control', 'no-store')
      .json({ ...outcome, traceId: id, durationMs, at: new Date().toISOString() })
  }
}
