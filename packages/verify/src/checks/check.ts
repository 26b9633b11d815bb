import type { ReadUpstream } from '../evidence/upstream-call.ts'

/**
 * What a check found. `good`: as it should be in a mesh. `bad`: it is not. `unknown`: it can't be told from here, and
 * `found` says what that would take.
 */
type CheckVerdict = 'good' | 'bad' | 'unknown'

export interface CheckResult {
  id: string
  /** The question, as a person would ask it. */
  question: string
  verdict: CheckVerdict
  /** The answer, from what was seen. */
  found: string
  /** Proves the same by hand. */
  command: string
}

export interface CheckOptions {
  /** Judges what the upstream application answered. */
  readUpstream: ReadUpstream
  /** Where the dashboard calls counting: its sidecar. */
  upstreamUrl: string
  /** Counting's own address, bypassing its sidecar; undefined = not known here. */
  bypassUrl?: string | undefined
  /** `host:port` of the inbound sidecar of counting; undefined = not known here. */
  peerInbound?: string | undefined
  /** `MeshStatus` of the control API as JSON; undefined = there is none. */
  readMeshStatus?: (() => Promise<unknown>) | undefined
  /** The command that reads the same by hand; default a sentence. */
  meshStatusCommand?: string
  /** Bound on each step, default 2000 ms. */
  timeoutMs?: number
}

/** Answers one question, or a few that one probe answers; never rejects. */
export type Check = (options: CheckOptions) => Promise<CheckResult[]>

export const DEFAULT_TIMEOUT_MS = 2000
