import type { CallState, ReadUpstream } from '../evidence/upstream-call.ts'
import type { NamedFinding } from '../findings/name-finding.ts'

export interface PathCheckOptions {
  /** Judges what answers at `bypassUrl`. */
  readUpstream: ReadUpstream
  /** URL of the page: the dashboard's edge, or a gateway in front of it, without a trailing slash. */
  dashboardUrl: string
  /** Host header for the page, for a gateway that routes by it; default the host of `dashboardUrl`. */
  dashboardHost?: string | undefined
  /** Base of a Jaeger-shaped query API; undefined = traces are not checked. */
  traceQueryUrl?: string | undefined
  /** Counting's own address, which must refuse; undefined = not probed. */
  bypassUrl?: string | undefined
  /** The expected effect of the mesh's rules. */
  expect: 'allowed' | 'denied'
  /** Sidecars that must be in the trace, default 2; 0 where there is no mesh. */
  sidecars?: number
  /** Time limit of each step in ms: rules and spans take seconds to arrive. */
  deadlineMs: number
  /** Time between two probes in ms, default 500. */
  intervalMs?: number
}

/** The finding of one step; with a `fix` if it is wrong. */
export interface PathFinding {
  found: string
  fix?: string
  /** What the catalogue of `throughline verify` calls it; absent where no rule applies. */
  finding?: NamedFinding | undefined
}

/** One call of the dashboard to counting, as `GET /api/count` reports it. */
export interface Call {
  state: CallState
  count: number | null
  reason: string | null
  traceId: string | null
}

/** Checks again until the finding needs no fix, or the deadline has passed; returns the last one. */
export async function pollUntilOk<T extends PathFinding>(
  options: PathCheckOptions,
  check: () => Promise<T>,
): Promise<T> {
  const end = performance.now() + options.deadlineMs
  for (;;) {
    const finding = await check()
    if (finding.fix === undefined || performance.now() >= end) return finding
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs ?? 500))
  }
}
