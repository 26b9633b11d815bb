/** The kind of a span, in OpenTelemetry's terms. */
export type SpanKind = 'server' | 'client' | 'internal' | 'producer' | 'consumer'

/** One stored span, of an application or of a proxy, in the common shape of all readers. */
export interface Span {
  /** Lower-case hex, 32 digits; a shorter one is padded with zeros on its left. */
  traceId: string
  /** Lower-case hex, 16 digits. */
  spanId: string
  /** Id of the parent in the same trace; null for a root. */
  parentId: string | null
  service: string
  /** Reported by a proxy: Envoy tags its spans `component=proxy`. */
  proxy: boolean
  kind: SpanKind | null
  name: string
  /** Since the epoch, in µs. */
  startUs: number
  /** In µs, never negative. */
  durationUs: number
  /** HTTP status code; null when none was reported. */
  status: number | null
  /** The reporter marks it as an error. */
  error: boolean
  /** `host` or `host:port` that the request was for, in lower case, without a default port; null when not reported. */
  authority: string | null
  /** Path of the request, without its query; null when not reported. */
  path: string | null
  /** `x-request-id` as the proxy saw it (`guid:x-request-id`). */
  requestId: string | null
  /** The proxy (`node_id`). */
  node: string | null
  /** The Envoy tracer that reported it, recognized by its span names; null for an app, or if unknown. */
  tracer: 'opentelemetry' | 'zipkin' | 'datadog' | null
  /** Where the proxy sent the request (`upstream_cluster`). */
  cluster: string | null
  /** Envoy's reason for an answer of its own: `UH`, `UF,URX`; null for `-`. */
  flags: string | null
  /** The nonce of the probe that caused it, read from the user agent of the probe; null for every other request. */
  probe: string | null
  /** Language of the SDK that reported it: `nodejs`, `java`, `python`, `go`. */
  language: string | null
}
