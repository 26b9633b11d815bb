/** What part a span plays in a call, as OpenTelemetry names it. */
export type SpanKind = 'server' | 'client' | 'internal' | 'producer' | 'consumer'

/** One stored span, of an application or of a proxy, in the one shape that all readers end in. */
export interface Span {
  /** Lower-case hex, as stored: 32 digits, or 16 where the reporter cut it. */
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
  /** The reporter itself calls it an error. */
  error: boolean
}
