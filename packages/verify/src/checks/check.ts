import type { ReadUpstream } from '../evidence/upstream-call.ts'
import type { NamedFinding } from '../findings/name-finding.ts'

/**
 * What a check found. `good`: as it should be in a mesh. `bad`: not so. `unknown`: not visible from here, and `found`
 * says what is missing.
 */
type CheckVerdict = 'good' | 'bad' | 'unknown'

export interface CheckResult {
  id: string
  /** The question in plain words. */
  question: string
  verdict: CheckVerdict
  /** The answer, from the observations. */
  found: string
  /** A command that shows the same by hand. */
  command: string
  /** What the catalogue of `throughline verify` calls it; absent if it is good or unknown, or not in the catalogue. */
  finding?: NamedFinding | undefined
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
  /** `MeshStatus` of the control API as JSON; undefined = no control API. */
  readMeshStatus?: (() => Promise<unknown>) | undefined
  /** A command that reads the same by hand; default a sentence. */
  meshStatusCommand?: string
  /** Bound on each step, default 2000 ms. */
  timeoutMs?: number
}

/** Answers the questions that one probe can answer; never rejects. */
export type Check = (options: CheckOptions) => Promise<CheckResult[]>

export const DEFAULT_TIMEOUT_MS = 2000
