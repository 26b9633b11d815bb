import type { Candidates, Hint, SelectReason } from './candidates.ts'
import { is64BitTraceId } from './formats/hex.ts'
import type { TraceContext } from './formats/trace-context.ts'
import { freshest } from './freshest.ts'
import { splitMark } from './mark.ts'

export type { Candidates, Hint, SelectReason } from './candidates.ts'

/** Options of {@link selectContext}. */
export interface SelectOptions {
  /** Default `auto`. */
  readonly hint?: Hint | undefined
}

/** The caller, chosen among all contexts of the headers. */
export interface Selection {
  readonly context: TraceContext
  readonly reason: SelectReason
  /** Contexts of other traces: they become span links. */
  readonly links: readonly TraceContext[]
  /** The members of `tracestate` to keep, without ours. */
  readonly tracestate: string | undefined
  /** Whether another vendor has taken the key of our member among them. */
  readonly isTaken: boolean
  /**
   * The list as it came (`''` if there was none), where the chosen span is the one that `traceparent` names. A service
   * that forwards that span without making its own must send this list (W3C Trace Context §3.3.1.5).
   */
  readonly received: string | undefined
}

const NO_LINKS: readonly TraceContext[] = []

/**
 * Chooses the caller among several contexts: the one that a proxy wrote last ("freshest wins").
 *
 * An Envoy tracer rewrites its own formats and forwards the others unchanged, so a request through a sidecar often has
 * one fresh context and one or two old ones, and no fixed order of formats is right under every tracer. They are
 * distinguished by the mark that the sender left in `tracestate` (`tl=p:<span id>`), B3's parent id, and Envoy's own
 * entries in `tracestate` (`docs/adr/0001-freshest-wins.md`).
 *
 * @returns `undefined` when there is no candidate.
 */
export function selectContext(candidates: Candidates, options: SelectOptions = {}): Selection | undefined {
  const { w3c, b3multi, b3single, tracestate } = candidates
  const b3 = b3single ?? b3multi
  const first = w3c ?? b3
  if (first === undefined) return undefined
  const { mark, others, isTaken } = splitMark(tracestate)
  if (w3c === undefined ? b3multi === undefined || b3single === undefined : b3 === undefined) {
    const received = w3c === undefined ? undefined : (tracestate ?? '')
    return { context: first, reason: 'only', links: NO_LINKS, tracestate: kept(w3c, others), isTaken, received }
  }
  const rewritten = onlyRewritten(candidates, mark)
  if (rewritten !== undefined) {
    const context = completed(rewritten, candidates)
    const received = rewritten === w3c ? tracestate : undefined
    return { context, reason: 'rewritten', links: NO_LINKS, tracestate: kept(w3c, others), isTaken, received }
  }
  const hint = options.hint ?? 'auto'
  const home = isTraceOfB3(w3c, b3, { mark, hint }) ? b3 : first
  const same = {
    w3c: inTrace(w3c, home),
    b3multi: inTrace(b3multi, home),
    b3single: inTrace(b3single, home),
    tracestate,
    datadogSpanId: candidates.datadogSpanId,
  }
  const { context, reason } = freshest(same, { mark, hint })
  return {
    context: completed(context, same),
    reason,
    links: linksOf(candidates, same),
    tracestate: kept(same.w3c, others),
    isTaken: isTaken && same.w3c !== undefined,
    received: same.w3c?.spanId === context.spanId ? (tracestate ?? '') : undefined,
  }
}

/** The members to forward: those that came with a context that counts. */
function kept(w3c: TraceContext | undefined, others: string | undefined): string | undefined {
  return w3c === undefined || others === '' ? undefined : others
}

/**
 * The one of two contexts that doesn't bear the mark, where the other does: what {@link freshest} would say of the most
 * frequent request in a mesh, without asking the rest.
 */
function onlyRewritten({ w3c, b3multi, b3single }: Candidates, mark: string | undefined): TraceContext | undefined {
  if (mark === undefined || w3c === undefined || b3multi === undefined || b3single !== undefined) return undefined
  if (w3c.traceId !== b3multi.traceId) return undefined
  const isOld = w3c.spanId === mark
  return isOld === (b3multi.spanId === mark) ? undefined : isOld ? b3multi : w3c
}

/**
 * Restricts the choice to one trace: W3C's, unless B3 is in another one, the sender left no mark, and the deployment
 * says B3.
 */
function isTraceOfB3(
  w3c: TraceContext | undefined,
  b3: TraceContext | undefined,
  { mark, hint }: { mark: string | undefined; hint: Hint },
): boolean {
  return hint === 'b3' && mark === undefined && w3c !== undefined && b3 !== undefined && !isSameTrace(w3c, b3)
}

/** Completes the winner from others of its trace: the high half of the trace id, the decision, the flag. */
function completed(winner: TraceContext, same: Candidates): TraceContext {
  const { w3c, b3multi, b3single } = same
  const traceId = fullTraceId(winner, same)
  const sampled = winner.sampled ?? w3c?.sampled ?? b3multi?.sampled ?? b3single?.sampled
  const random = w3c !== undefined && w3c.random && w3c.traceId === traceId
  if (traceId === winner.traceId && sampled === winner.sampled && random === winner.random) return winner
  return { ...winner, traceId, sampled, random }
}

function fullTraceId({ traceId }: TraceContext, { w3c, b3multi, b3single }: Candidates): string {
  if (!is64BitTraceId(traceId)) return traceId
  const candidates = [w3c, b3multi, b3single]
  return (
    candidates.find((candidate) => candidate !== undefined && !is64BitTraceId(candidate.traceId))?.traceId ?? traceId
  )
}

function linksOf(all: Candidates, same: Candidates): readonly TraceContext[] {
  let links = NO_LINKS
  if (all.w3c !== same.w3c) links = withLink(links, all.w3c)
  if (all.b3multi !== same.b3multi) links = withLink(links, all.b3multi)
  if (all.b3single !== same.b3single) links = withLink(links, all.b3single)
  return links
}

function withLink(links: readonly TraceContext[], context: TraceContext | undefined): readonly TraceContext[] {
  if (context === undefined) return links
  const known = links.some((link) => link.spanId === context.spanId && link.traceId === context.traceId)
  return known ? links : [...links, context]
}

function inTrace(context: TraceContext | undefined, home: TraceContext | undefined): TraceContext | undefined {
  return context !== undefined && home !== undefined && isSameTrace(context, home) ? context : undefined
}

/** B3 ids may have lost their high half on the way, so the low 64 bits decide. */
function isSameTrace(a: TraceContext, b: TraceContext): boolean {
  return a.traceId === b.traceId || a.traceId.slice(16) === b.traceId.slice(16)
}
