import os from 'node:os'
import type { Logger, Metrics } from '@throughline/service-kit'
import { ERRORS } from '@throughline/service-kit'
import type { Request, RequestHandler } from 'express'
import type { CountingCall, CountingClient } from './counting-client.ts'
import { explainCaller, type HopExplanation, showableHeaders } from './show/explanation.ts'
import type { History } from './show/history.ts'
import { pickTraceHeaders } from './show/recording-transport.ts'
import { setTraceLinks } from './show/trace-links.ts'
import { asksForBrokenTrace } from './show/traffic-settings.ts'
import type { UpstreamHealth } from './upstream-health.ts'

export interface CountRouteOptions {
  counting: CountingClient
  upstream: UpstreamHealth
  upstreamUrl: string
  history: History
  traceId: () => string | undefined
  spanId: () => string | undefined
  /** Honour a request that asks for a broken trace. */
  faults: boolean
  traces: boolean
  traceUiUrl: string | undefined
  metrics: Metrics
  logger: Logger
}

/**
 * `GET /api/count`: calls counting once and says how it went. 200 when connected; otherwise 502 or 504 with the same
 * body, so that a caller who reads only the status is not misled. `?explain=1` adds the call tree, with the trace
 * headers that arrived and left at each application.
 */
export function countRoute(options: CountRouteOptions): RequestHandler {
  const { counting, upstream, traceId, metrics, logger, history } = options
  const calls = metrics.counter({
    name: 'dashboard_upstream_calls_total',
    help: 'Calls to counting, by the state they ended in.',
    labelNames: ['state', 'code'],
  })
  return async (request, response) => {
    const id = traceId() ?? null
    const spanId = options.spanId()
    const started = performance.now()
    const propagate = !(options.faults && asksForBrokenTrace(request.get('baggage')))
    const call = await counting.call({ propagate })
    const { outcome } = call
    const durationMs = Math.round((performance.now() - started) * 1000) / 1000
    upstream.record(outcome.state === 'connected')
    calls.inc({ state: outcome.state, code: outcome.code ?? '' })
    if (outcome.code) logger.warn({ code: outcome.code, state: outcome.state }, outcome.reason ?? outcome.code)
    const body = { ...outcome, traceId: id, durationMs, at: new Date().toISOString() }
    const explain = explainRequest(request, { call, durationMs, url: options.upstreamUrl })
    history.add(body, explain)
    setTraceLinks(response, { ...options, traceId: id, spanId, traceparent: call.traceparent })
    response
      .status(outcome.code ? ERRORS[outcome.code].status : 200)
      .set('cache-control', 'no-store')
      .json(request.query['explain'] === '1' ? { ...body, explain } : body)
  }
}

/** The call tree of one request: this application, and below it what the called one told of itself. */
function explainRequest(request: Request, { call, durationMs, url }: ExplainedCall): HopExplanation {
  const { outcome, sent, told } = call
  const received = pickTraceHeaders(request.headers)
  return {
    service: 'dashboard',
    hostname: os.hostname(),
    received: showableHeaders(received),
    caller: explainCaller(received),
    calls: [
      {
        url,
        sent: showableHeaders(sent),
        status: outcome.status,
        durationMs,
        hop: told
          ? {
              service: 'counting',
              hostname: outcome.hostname,
              received: showableHeaders(told.headers),
              caller: explainCaller(told.headers),
              calls: [],
            }
          : null,
      },
    ],
  }
}

interface ExplainedCall {
  call: CountingCall
  durationMs: number
  url: string
}
