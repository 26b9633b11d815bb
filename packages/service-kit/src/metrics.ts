import type { RequestHandler } from 'express'
import { collectDefaultMetrics, Counter, Histogram, type OpenMetricsContentType, Registry } from 'prom-client'

export interface Metrics {
  /** Adds a counter of the service's own; names end in `_total`. */
  counter<L extends string = never>(options: { name: string; help: string; labelNames?: readonly L[] }): Counter<L>
  /** Observes `http_server_request_duration_seconds` of every request. */
  observe: RequestHandler
  /** Answers `GET /metrics` in the OpenMetrics text format, which Prometheus reads. */
  handler: RequestHandler
}

/** The outcome of the ended spans since the start; `@throughline/telemetry` counts them. */
type SpanCounts = Readonly<Record<(typeof SPAN_OUTCOMES)[number], number>>

const SPAN_OUTCOMES = ['exported', 'failed', 'dropped'] as const

export interface MetricsOptions {
  /** Read at each scrape, for `trace_spans_total`. Default: no such metric. */
  spans?: () => SpanCounts
  /**
   * The sampled trace of the request that is being served, for exemplars: from a slow bucket to its trace. Default:
   * none.
   */
  sampledTraceId?: () => string | undefined
}

/** Process metrics and request durations. The route label is the pattern, so hostile paths create no new series. */
export function createMetrics(service: string, { spans, sampledTraceId }: MetricsOptions = {}): Metrics {
  // Not the library's global registry: two apps in one process (tests) must not share numbers.
  const registry = new Registry<OpenMetricsContentType>()
  // The only format that has exemplars.
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time from the request arriving to its answer being sent, in seconds.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    enableExemplars: true,
    registers: [registry],
  })
  if (spans !== undefined) registerSpans(registry, spans)
  return {
    counter: (options) => new Counter({ ...options, registers: [registry] }),
    observe: (request, response, next) => {
      const begin = performance.now()
      const traceId = sampledTraceId?.()
      response.once('finish', () => {
        const labels = {
          http_request_method: KNOWN_METHODS.has(request.method) ? request.method : '_OTHER',
          http_route: routeOf(request),
          http_response_status_code: String(response.statusCode),
        }
        // The library's types know an exemplar's labels only by the names of the metric's own.
        const exemplarLabels = (traceId === undefined ? {} : { trace_id: traceId }) as typeof labels
        duration.observe({ labels, value: (performance.now() - begin) / 1000, exemplarLabels })
      })
      next()
    },
    handler: async (_request, response) => {
      response.type(registry.contentType).send(await registry.metrics())
    },
  }
}

function registerSpans(registry: Registry<OpenMetricsContentType>, spans: () => SpanCounts): void {
  const total = new Counter({
    name: 'trace_spans_total',
    help: 'Spans that ended: exported, failed (the collector did not take them) or dropped (the queue was full).',
    labelNames: ['outcome'] as const,
    registers: [],
    collect() {
      const counts = spans()
      this.reset()
      for (const outcome of SPAN_OUTCOMES) this.inc({ outcome }, counts[outcome])
    },
  })
  registry.registerMetric(total)
}

/** OpenTelemetry HTTP semantic conventions: methods outside this list are `_OTHER`. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY'])

function routeOf(request: { baseUrl: string; route?: unknown }): string {
  const path = (request.route as { path?: unknown } | undefined)?.path
  return typeof path === 'string' ? `${request.baseUrl}${path}` : 'none'
}
