import type { PathOptions } from './start-path.ts'

/** What a situation says of a path; the rest is the same for all. */
export type Situated = Omit<PathOptions, 'collectors' | 'exporter'>

/** A situation on real programs, and the one finding that it must lead to. */
export interface Fixture {
  /** As a sentence about the situation. */
  title: string
  finding: `TLV${number}`
  path: Situated
  /** The finding rests on stored spans, so it must hold while another client sends 50 requests a second. */
  storedSpans?: boolean
  /** Verify is given the admin interfaces of the sidecars. */
  envoys?: boolean
  /** Verify is given cart's own address as `--bypass`. */
  bypass?: boolean
  /** Headers of the caller. */
  headers?: Record<string, string>
  /** Requests go through an edge that marks them as not sampled; verify is given the address behind it. */
  edge?: boolean
}
