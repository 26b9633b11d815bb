import type { PathOptions } from './start-path.ts'

/** The part of a path that differs between situations. */
export type Situated = Omit<PathOptions, 'collectors' | 'exporter'>

/** A situation with real programs, and its one finding. */
export interface Fixture {
  /** A sentence about the situation. */
  title: string
  finding: `TLV${number}`
  path: Situated
  /** The finding rests on stored spans, so it must hold while another client sends 50 requests a second. */
  storedSpans?: boolean
  /** Another client sends requests with a context of its own meanwhile, whose spans are not stored. */
  foreignParents?: boolean
  /** Verify knows the admin interfaces of the sidecars. */
  envoys?: boolean
  /** Verify knows cart's own address, as `--bypass`. */
  bypass?: boolean
  /** Headers of the caller. */
  headers?: Record<string, string>
  /** Requests go through an edge that marks them as not sampled; verify knows the address behind it. */
  edge?: boolean
}
