/** How a call ended for its caller. */
export type CallState = 'connected' | 'denied' | 'failing' | 'unreachable'

/** The HTTP answer. */
export interface UpstreamAnswer {
  status: number
  contentType: string
  body: string
  failure?: undefined
}

/** Why there was no answer. */
export interface UpstreamFailure {
  /** A sentence without a full stop. */
  failure: string
  /** Node's code for it: `ECONNREFUSED`. */
  code: string | undefined
  status?: undefined
}

export interface CallOutcome {
  state: CallState
  /** What the wire showed; null when connected. */
  reason: string | null
  /** The meaning of a proxy's answer in words; undefined for any other answer. */
  proxy?: string | undefined
  /** Identities of both ends, where the application tells them. */
  peer?: { caller: string; self: string | null } | null | undefined
}

/**
 * Judges the upstream application's answer by the caller's own rules, because only the application defines a good
 * answer.
 */
export type ReadUpstream = (result: UpstreamAnswer | UpstreamFailure, timeoutMs: number) => CallOutcome
