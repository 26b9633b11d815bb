import type { AxiosLike } from './http/axios-like.ts'
import type { ExportStats } from './export/export-stats.ts'
import type { ShouldForward } from '@throughline/propagation'
import type { ShouldTrace } from './http/should-trace.ts'

/** Options of `createTelemetry`. */
export interface TelemetryOptions {
  /** The service's name, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` gives one. */
  serviceName: string
  /** Where `OTEL_*` and `TRACE_*` variables are read. Default: `process.env`. */
  env?: NodeJS.ProcessEnv | undefined
  /**
   * True where callers aren't trusted: their trace is linked instead of continued, and their baggage and sampling
   * decision are dropped, as is an `x-request-id` that makes Envoy sample. Default: `TRACE_CONTEXT_EDGE`, else false.
   */
  edge?: boolean | undefined
  /** `any` also forwards an `x-request-id` that is not a UUID. Default: `TRACE_REQUEST_ID`, else `uuid`. */
  requestId?: 'uuid' | 'any' | undefined
  /**
   * Whether spans are made by `@opentelemetry/sdk-node`, which is to be installed for that. Default: by
   * `@opentelemetry/sdk-trace` alone, unless a variable asks for what only the other has (metrics, logs, propagators).
   * `late`: by the latter until `loadRest` is called, so that a service answers sooner; no span is lost.
   */
  nodeSdk?: boolean | 'late' | undefined
  /** Which incoming requests are traced. Default: all. */
  shouldTrace?: ShouldTrace | undefined
  /**
   * Which outgoing calls get trace headers, by the URL that is called; a redirect is asked about again. Default: all.
   * None gets them when it throws.
   */
  shouldForward?: ShouldForward | undefined
}

/** Ids for a log line; each is left out where there is none. */
export interface ActiveIds {
  trace_id?: string
  span_id?: string
  request_id?: string
}

/** Tracing of one process, made by `createTelemetry`. */
export interface Telemetry {
  /** False when `OTEL_SDK_DISABLED=true`: no spans, headers are forwarded. */
  readonly enabled: boolean
  /** Starts tracing. Once; synchronous. */
  start: () => void
  /**
   * With `nodeSdk: 'late'`, loads `@opentelemetry/sdk-node`; otherwise does nothing. To be called when the service
   * listens. Holds the event loop for as long as modules take to load. Never rejects.
   */
  loadRest: () => Promise<void>
  /** Sends the spans that have ended. Never rejects; at most 5 s, or 1 s when the collector refuses connections. */
  flush: () => Promise<void>
  /** Flushes and stops. The second call waits for the first. Never rejects; takes no longer than `flush`. */
  shutdown: () => Promise<void>
  /** Does nothing, and returns a function that does nothing: calls of every client have spans and headers. */
  instrumentAxios: (instance: AxiosLike) => () => void
  /** Runs a function whose calls make no span and send no trace headers, such as a service's calls to itself. */
  untraced: <Result>(run: () => Result) => Result
  /** The ids of the request being served, by the names log lines use. */
  activeIds: () => ActiveIds
  /** The trace id of the request being served, 32 hex digits; undefined outside a request. */
  activeTraceId: () => string | undefined
  /** The same, but undefined where the trace is not sampled: what a metric's exemplar may point to. */
  sampledTraceId: () => string | undefined
  /** How many sampled spans that have ended were exported, failed or dropped since the start; the rest still waits. */
  exportStats: () => ExportStats
}
