/** Who puts a header on a request before the application reads it; `envoy:*` is a sidecar with that tracer. */
export type HeaderWriter =
  | 'application'
  | 'client'
  | 'load balancer'
  | 'envoy'
  | 'envoy:zipkin'
  | 'envoy:zipkin-w3c'
  | 'envoy:opentelemetry'
  | 'envoy:datadog'
  | 'envoy:skywalking'
  | 'envoy:xray'

/**
 * What this package does with a header: `write` = read it, and set it on outgoing calls; `carry` = forward it unchanged,
 * only where no SDK makes spans; `read` = read only; `never` = not even read.
 */
export type HeaderRule = 'write' | 'carry' | 'read' | 'never'

/** One header of the catalogue. */
export interface CatalogueEntry {
  /** Lower-case; a `*` at the end stands for any rest. */
  readonly name: string
  readonly format:
    | 'w3c'
    | 'b3'
    | 'baggage'
    | 'envoy'
    | 'datadog'
    | 'aws'
    | 'skywalking'
    | 'jaeger'
    | 'lightstep'
    | 'opencensus'
    | 'elastic'
  readonly writtenBy: readonly HeaderWriter[]
  readonly rule: HeaderRule
  /** Why the rule is as it is. */
  readonly reason: string
  /** Where the header is defined. */
  readonly source: string
}
