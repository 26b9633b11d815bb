/** How a call ended, as its caller sees it. */
export type CallState = 'connected' | 'denied' | 'failing' | 'unreachable'

/** What came back over HTTP. */
export interface UpstreamAnswer {
  status: number
  contentType: string
  body: string
  failure?: undefined
}

/** Why nothing came back. */
export interface UpstreamFailure {
  /** A sentence without a full stop. */
  failure: string
  /** Node's code for it: `ECONNREFUSED`. */
  code: string | undefined
  status?: undefined
}

export interface CallOutcome {
  state: CallState
  /** What was seen on the wire; null when connected. */
  reason: string | null
  /** What a proxy says with this answer, in words; undefined when no proxy wrote it. */
  proxy?: string | undefined
  /** Identities of both ends, where the application tells them. */
  peer?: { caller: string; self: string | null } | null | undefined
}

/**
 * Judges what came back from the application that is called, by the caller's own rules: what a good answer looks like is
 * the application's matter, and no one else knows it.
 */
export type ReadUpstream = (result: UpstreamAnswer | UpstreamFailure, timeoutMs: number) => CallOutcome
