/**
 * The ways in which one request is sent. Between two of them one thing differs, so a difference in what they leave has
 * one cause.
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

/** What an answer of a proxy itself says, by Envoy's fixed texts. */
export type ProxyWords =
  | 'rbac-denied'
  | 'no-healthy-upstream'
  | 'connection-failure'
  | 'tls-error'
  | 'reset'
  | 'timeout'

/** One request that was sent, and what came back; no header value but the ids it made up itself. */
export interface Probe {
  kind: ProbeKind
  /** From 1. */
  repeat: number
  /** In the user agent and in `tracestate`: what makes its spans recognisable. */
  nonce: string
  contexts: ProbeContext[]
  /** The `x-request-id` it sent; null when it sent none of its own. */
  requestId: string | null
  /** By the clock of the prober, in µs since the epoch. */
  startUs: number
  endUs: number
  /** HTTP status; null when nothing came back. */
  status: number | null
  /** Node's code for why nothing came back: `ECONNREFUSED`. */
  failure: string | null
  /** What a proxy said in the body, wherever on the path it was. */
  words: ProxyWords | null
}
