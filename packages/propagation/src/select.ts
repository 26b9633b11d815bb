import { is64BitTraceId } from './hex.ts'
import type { TraceContext } from './trace-context.ts'
import { tracestateMember, withoutTracestateMember } from './tracestate.ts'

/** Our member of `tracestate`; its value is `p:` and the span id its sender wrote into every format. */
export const MARK_KEY = 'tl'

/**
 * What a deployment may say of its own sidecar's tracer, which is always the last writer: `w3c` for opentelemetry and
 * datadog, `b3` for zipkin. `auto` goes by the headers alone and is right wherever one mesh uses one tracer.
 */
export type Hint = 'auto' | 'w3c' | 'b3'

/** The contexts one request came with; what could not be parsed is left out. */
export interface Candidates {
  readonly w3c?: TraceContext | undefined
  readonly b3multi?: TraceContext | undefined
  readonly b3single?: TraceContext | undefined
  /** The list that came with `w3c`, as `parseTracestate` returns it. */
  readonly tracestate?: string | undefined
}

/** Options of {@link selectContext}. */
export interface SelectOptions {
  /** Default `auto`. */
  readonly hint?: Hint | undefined
}

/** Why the chosen context was chosen, in the order in which the rules are asked. */
export type SelectReason =
  | 'only'
  | 'untouched'
  | 'rewritten'
  | 'agree'
  | 'hint'
  | 'datadog'
  | 'b3-parent'
  | 'w3c-default'

/** The caller, out of all that the headers name. */
export interface Selection {
  readonly context: TraceContext
  readonly reason: SelectReason
  /** Contexts of other traces: they become span links. */
  readonly links: readonly TraceContext[]
  /** The members of `tracestate` to keep, without ours. */
  readonly tracestate: string | undefined
}

const NO_LINKS: readonly TraceContext[] = []

/**
 * Tells which of several contexts is the caller: the one that a proxy wrote last ("freshest wins").
 *
 * An Envoy tracer rewrites its own formats and passes the others on as they came, so a request through a sidecar often
 * carries one fresh context and one or two old ones, and no fixed order of formats is right under every tracer. What
 * tells them apart is the mark that the sender left in `tracestate` (`tl=p:<span id>`), and B3's parent id.
 *
 * @returns `undefined` when there is no candidate.
 */
export function selectContext(candidates: Candidates, options: SelectOptions = {}): Selection | undefined {
  const { w3c, b3multi, b3single, tracestate } = candidates
  const b3 = b3multi ?? b3single
  const first = w3c ?? b3
  if (first === undefined) return undefined
  const mark = markOf(tracestate)
  const hint = options.hint ?? 'auto'
  const home = w3c !== undefined && b3 !== undefined && !isSameTrace(w3c, b3) && !mark && hint === 'b3' ? b3 : first
  const same: TraceContext[] = []
  let links = NO_LINKS
  for (const candidate of [w3c, b3multi, b3single]) {
    if (candidate === undefined) continue
    if (isSameTrace(candidate, home)) same.push(candidate)
    else links = withLink(links, candidate)
  }
  const { context, reason } = freshest(same, { mark, hint, tracestate })
  return {
    context: completed(context, same),
    reason,
    links,
    tracestate: tracestate !== undefined && w3c !== undefined && same[0] === w3c ? kept(tracestate) : undefined,
  }
}

interface Evidence {
  readonly mark: string | undefined
  readonly hint: Hint
  readonly tracestate: string | undefined
}

/** The choice among contexts of one trace, of which there is at least one. W3C's, if present, stands first. */
function freshest(same: readonly TraceContext[], evidence: Evidence): { context: TraceContext; reason: SelectReason } {
  const [context] = same as [TraceContext]
  if (same.length === 1) return { context, reason: 'only' }
  let left = same.filter((candidate) => candidate.spanId !== evidence.mark)
  const [touched] = left
  if (touched === undefined) return { context, reason: 'untouched' }
  if (left.length > 1) {
    const live = left.filter((candidate) => !left.some((other) => other.parentId === candidate.spanId))
    if (live.length > 0) left = live
  }
  const [winner] = left as [TraceContext]
  if (left.length === 1) return { context: winner, reason: 'rewritten' }
  if (left.every((candidate) => candidate.spanId === winner.spanId)) return { context: winner, reason: 'agree' }
  return contested(left, evidence)
}

/** Two formats were rewritten by different proxies, or by one with no mark to go by. */
function contested(left: readonly TraceContext[], { hint, tracestate }: Evidence) {
  const [winner] = left as [TraceContext]
  const w3c = left.find((candidate) => candidate.format === 'w3c')
  const b3 = left.find((candidate) => candidate.format !== 'w3c')
  if (w3c === undefined || b3 === undefined) {
    return { context: left.find(({ parentId }) => parentId !== undefined) ?? winner, reason: 'b3-parent' } as const
  }
  if (hint !== 'auto') return { context: hint === 'b3' ? b3 : w3c, reason: 'hint' } as const
  if (datadogWrote(w3c, tracestate)) return { context: w3c, reason: 'datadog' } as const
  if (b3.parentId !== undefined) return { context: b3, reason: 'b3-parent' } as const
  return { context: w3c, reason: 'w3c-default' } as const
}

/** Fills in what the winner lacks from others of its trace: the high half of the trace id, the decision, the flag. */
function completed(winner: TraceContext, same: readonly TraceContext[]): TraceContext {
  if (same.length === 1) return winner
  const full = is64BitTraceId(winner.traceId) ? same.find(({ traceId }) => !is64BitTraceId(traceId)) : undefined
  const traceId = full?.traceId ?? winner.traceId
  const sampled = winner.sampled ?? same.find((candidate) => candidate.sampled !== undefined)?.sampled
  const random = winner.random || same.some((candidate) => candidate.random && candidate.traceId === traceId)
  if (traceId === winner.traceId && sampled === winner.sampled && random === winner.random) return winner
  return { ...winner, traceId, sampled, random }
}

/** B3 ids may have lost their high half on the way, so the low 64 bits decide. */
function isSameTrace(one: TraceContext, other: TraceContext): boolean {
  return one.traceId === other.traceId || one.traceId.slice(16) === other.traceId.slice(16)
}

function withLink(links: readonly TraceContext[], context: TraceContext): readonly TraceContext[] {
  const known = links.some((link) => link.spanId === context.spanId && link.traceId === context.traceId)
  return known ? links : [...links, context]
}

function markOf(tracestate: string | undefined): string | undefined {
  const value = tracestate === undefined ? undefined : tracestateMember(tracestate, MARK_KEY)
  return value?.startsWith('p:') ? value.slice(2) : undefined
}

/** Envoy's Datadog tracer names its own span in `dd=s:…;p:<span id>`. */
function datadogWrote(w3c: TraceContext, tracestate: string | undefined): boolean {
  const value = tracestate === undefined ? undefined : tracestateMember(tracestate, 'dd')
  return value?.split(';').includes(`p:${w3c.spanId}`) ?? false
}

function kept(tracestate: string): string | undefined {
  const others = withoutTracestateMember(tracestate, MARK_KEY)
  return others === '' ? undefined : others
}
