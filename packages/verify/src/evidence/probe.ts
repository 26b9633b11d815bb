/**
 * The ways in which one request is sent. Two of them differ in one thing, so a difference in their spans has one cause.
 */
export type ProbeKind =
  | 'bare'
  | 'w3c'
  | 'b3'
  | 'both'
  | 'both-different'
  | 'w3c-forced'
  | 'w3c-no-uuid'
  | 'w3c-unsampled'
  | 'inside'
  | 'bypass'

/** A trace context that a probe sent. */
export interface ProbeContext {
  format: 'w3c' | 'b3'
  traceId: string
  spanId: string
}

/** The meaning of a proxy's own answer, by Envoy's fixed texts. */
export type ProxyWords =
  | 'rbac-denied'
  | 'no-healthy-upstream'
  | 'connection-failure'
  | 'tls-error'
  | 'reset'
  | 'timeout'

/** One request that was sent, and what came back; no header values but its own ids. */
export interface Probe {
  kind: ProbeKind
  /** From 1. */
  repeat: number
  /** In the user agent and in `tracestate`: identifies its spans. */
  nonce: string
  contexts: ProbeContext[]
  /** The `x-request-id` it sent; null if it sent none. */
  requestId: string | null
  /** By the clock of the prober, in µs since the epoch. */
  startUs: number
  endUs: number
  /** HTTP status; null when nothing came back. */
  status: number | null
  /** Node's code for why nothing came back: `ECONNREFUSED`. */
  failure: string | null
  /** A proxy's message in the body, from anywhere on the path. */
  words: ProxyWords | null
}
