import { analyse } from '../evidence/analyse.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { Probe } from '../evidence/probe.ts'
import type { Span } from '../evidence/span.ts'
import { BackendError, type TraceBackend } from './trace-backend.ts'

export interface CollectOptions {
  backend: TraceBackend
  /** Milliseconds to wait for spans after the last probe, default 6500. */
  settleMs?: number | undefined
  signal?: AbortSignal | undefined
}

const POLL_MS = 500
/**
 * Spans of other requests that overlap ours have to be seen whole: well before the first probe, well after the
 * last.
 */
const MARGIN_US = 1_000_000

/**
 * Collects the spans of the probes and of concurrent requests: polls until reporters have had their time and nothing
 * new arrived in the last second. Absence is evidence, so it never stops early.
 */
export async function collectSpans(
  evidence: Evidence,
  { backend, settleMs = 6500, signal }: CollectOptions,
): Promise<void> {
  const last = Math.max(...evidence.probes.map(({ endUs }) => endUs)) / 1000
  const until = last + settleMs
  const giveUp = until + Math.max(2000, settleMs)
  const quietMs = Math.min(1000, settleMs / 3)
  let count = -1
  let grew = Date.now()
  for (;;) {
    try {
      evidence.spans = await readSpans(evidence.probes, backend)
      evidence.backend.failure = null
    } catch (error) {
      evidence.backend.failure = messageOf(error)
    }
    const arrived = countOwn(evidence)
    if (arrived !== count) grew = Date.now()
    count = arrived
    const now = Date.now()
    if ((now >= until && now - grew >= quietMs) || now >= giveUp) break
    signal?.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, Math.min(POLL_MS, Math.max(50, until - now))))
  }
  if (evidence.spans.length > 0 || evidence.backend.failure !== null) return
  await backend.confirm?.().catch((error: unknown) => {
    evidence.backend.failure = messageOf(error)
  })
}

function messageOf(error: unknown): string {
  if (error instanceof BackendError) return error.message
  throw error
}

async function readSpans(probes: readonly Probe[], backend: TraceBackend): Promise<Span[]> {
  const ids = new Set(probes.flatMap(({ contexts }) => contexts.map(({ traceId }) => traceId)))
  const shortened = probes
    .filter(({ kind, repeat }) => repeat === 1 && (kind === 'w3c' || kind === 'b3' || kind === 'both'))
    .flatMap(({ contexts }) => contexts.slice(0, 1).map(({ traceId }) => traceId.slice(16).padStart(32, '0')))
  const traces: Span[][] = []
  for (const id of [...ids, ...shortened]) traces.push(await backend.trace(id))
  const ownSpans = traces.flat()
  if (!backend.searchable) return ownSpans
  const shiftUs = clockShift(probes, ownSpans)
  const window = {
    startUs: Math.min(...probes.map(({ startUs }) => startUs)) + shiftUs - MARGIN_US,
    endUs: Math.max(...probes.map(({ endUs }) => endUs)) + shiftUs + MARGIN_US,
  }
  const services = [...new Set(ownSpans.map(({ service }) => service))]
  return [...ownSpans, ...(await backend.search(window, services))]
}

/** The clock skew of the path, if it exceeds the duration of a request. */
function clockShift(probes: readonly Probe[], ownSpans: readonly Span[]): number {
  const starts = new Map<string, number>()
  for (const { traceId, startUs } of ownSpans) starts.set(traceId, Math.min(startUs, starts.get(traceId) ?? Infinity))
  const shifts = probes.flatMap(({ contexts, startUs }) =>
    contexts.flatMap(({ traceId }) => {
      const start = starts.get(traceId)
      return start === undefined ? [] : [start - startUs]
    }),
  )
  const middle = shifts.sort((a, b) => a - b)[Math.floor(shifts.length / 2)] ?? 0
  return Math.abs(middle) > MARGIN_US / 2 ? middle : 0
}

/** Spans that belong to probes; those of other requests keep arriving. */
function countOwn(evidence: Evidence): number {
  return analyse(evidence).paths.reduce((sum, { nodes }) => sum + nodes.length, 0)
}
