import { is64BitTraceId } from './formats/hex.ts'
import type { TraceContext } from './formats/trace-context.ts'
import { tracestateMember, withoutTracestateMember } from './formats/tracestate.ts'

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
/** What comes before the span id in our member. */
export const MARK = `${MARK_KEY}=p:`
const MARK_END = MARK.length + 16
const COMMA = 44
const NO_MARK = { mark: undefined, others: undefined }

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
  const { mark, others } = splitMark(tracestate)
  if (w3c === undefined ? b3multi === undefined || b3single === undefined : b3 === undefined) {
    return { context: first, reason: 'only', links: NO_LINKS, tracestate: others === '' ? undefined : others }
  }
  const rewritten = onlyRewritten(candidates, mark)
  if (rewritten !== undefined) {
    const context = completed(rewritten, candidates)
    return { context, reason: 'rewritten', links: NO_LINKS, tracestate: others === '' ? undefined : others }
  }
  const evidence = { mark, hint: options.hint ?? 'auto', tracestate: others }
  const home = isTraceOfB3(w3c, b3, evidence) ? b3 : first
  const same = {
    w3c: inTrace(w3c, home),
    b3multi: inTrace(b3multi, home),
    b3single: inTrace(b3single, home),
  }
  const { context, reason } = freshest(same, evidence)
  return {
    context: completed(context, same),
    reason,
    links: linksOf(candidates, same),
    tracestate: same.w3c === undefined || others === '' ? undefined : others,
  }
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

interface Evidence {
  readonly mark: string | undefined
  readonly hint: Hint
  readonly tracestate: string | undefined
}

interface Choice {
  readonly context: TraceContext
  readonly reason: SelectReason
}

/** One trace only: W3C's, unless B3 is in another one, the sender left no mark, and the deployment says B3. */
function isTraceOfB3(w3c: TraceContext | undefined, b3: TraceContext | undefined, { mark, hint }: Evidence): boolean {
  return hint === 'b3' && mark === undefined && w3c !== undefined && b3 !== undefined && !isSameTrace(w3c, b3)
}

/** The choice among contexts of one trace, of which there is at least one. */
function freshest(same: Candidates, evidence: Evidence): Choice {
  let { w3c, b3multi, b3single } = same
  const first = (w3c ?? b3multi ?? b3single) as TraceContext
  if (count(w3c, b3multi, b3single) === 1) return { context: first, reason: 'only' }

  const { mark } = evidence
  if (w3c?.spanId === mark) w3c = undefined
  if (b3multi?.spanId === mark) b3multi = undefined
  if (b3single?.spanId === mark) b3single = undefined
  if (count(w3c, b3multi, b3single) === 0) return { context: first, reason: 'untouched' }

  const w3cIsOld = isParent(w3c, b3multi, b3single)
  const multiIsOld = isParent(b3multi, w3c, b3single)
  const singleIsOld = isParent(b3single, w3c, b3multi)
  const live = {
    w3c: w3cIsOld ? undefined : w3c,
    b3multi: multiIsOld ? undefined : b3multi,
    b3single: singleIsOld ? undefined : b3single,
  }
  const left = count(live.w3c, live.b3multi, live.b3single)
  const context = live.w3c ?? live.b3multi ?? live.b3single
  // Contexts that name each other as parent say nothing, so none of them is dropped.
  if (context === undefined) return contested({ w3c, b3multi, b3single }, evidence)
  if (left === 1) return { context, reason: 'rewritten' }
  const agree = isSpan(live.b3multi, context) && isSpan(live.b3single, context)
  return agree ? { context, reason: 'agree' } : contested(live, evidence)
}

/** Two formats were rewritten by different proxies, or by one with no mark to go by. */
function contested({ w3c, b3multi, b3single }: Candidates, { hint, tracestate }: Evidence): Choice {
  const b3 = b3multi?.parentId === undefined && b3single?.parentId !== undefined ? b3single : (b3multi ?? b3single)
  if (w3c === undefined) return { context: b3 as TraceContext, reason: 'b3-parent' }
  if (b3 === undefined) return { context: w3c, reason: 'w3c-default' }
  if (hint !== 'auto') return { context: hint === 'b3' ? b3 : w3c, reason: 'hint' }
  if (datadogWrote(w3c, tracestate)) return { context: w3c, reason: 'datadog' }
  return b3.parentId !== undefined ? { context: b3, reason: 'b3-parent' } : { context: w3c, reason: 'w3c-default' }
}

/** Fills in what the winner lacks from others of its trace: the high half of the trace id, the decision, the flag. */
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
  const others = [w3c, b3multi, b3single]
  return others.find((other) => other !== undefined && !is64BitTraceId(other.traceId))?.traceId ?? traceId
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

function count(one: TraceContext | undefined, two: TraceContext | undefined, three: TraceContext | undefined): number {
  return (one === undefined ? 0 : 1) + (two === undefined ? 0 : 1) + (three === undefined ? 0 : 1)
}

/** Whether one of the others names a context as its parent, and so is younger. */
function isParent(
  context: TraceContext | undefined,
  one: TraceContext | undefined,
  other: TraceContext | undefined,
): boolean {
  return context !== undefined && (one?.parentId === context.spanId || other?.parentId === context.spanId)
}

function isSpan(context: TraceContext | undefined, other: TraceContext): boolean {
  return context === undefined || context.spanId === other.spanId
}

/** B3 ids may have lost their high half on the way, so the low 64 bits decide. */
function isSameTrace(one: TraceContext, other: TraceContext): boolean {
  return one.traceId === other.traceId || one.traceId.slice(16) === other.traceId.slice(16)
}

/** Takes our member out of a list. */
function splitMark(tracestate: string | undefined): { mark: string | undefined; others: string | undefined } {
  if (tracestate === undefined) return NO_MARK
  // Senders put it in front; a proxy that adds a member moves it.
  if (tracestate.startsWith(MARK) && (tracestate.length === MARK_END || tracestate.charCodeAt(MARK_END) === COMMA)) {
    return { mark: tracestate.slice(MARK.length, MARK_END), others: tracestate.slice(MARK_END + 1) }
  }
  const value = tracestateMember(tracestate, MARK_KEY)
  if (value === undefined) return { mark: undefined, others: tracestate }
  const mark = value.startsWith('p:') ? value.slice(2) : undefined
  return { mark, others: withoutTracestateMember(tracestate, MARK_KEY) }
}

/** Envoy's Datadog tracer names its own span in `dd=s:…;p:<span id>`. */
function datadogWrote(w3c: TraceContext, tracestate: string | undefined): boolean {
  const value = tracestate === undefined ? undefined : tracestateMember(tracestate, 'dd')
  return value?.split(';').includes(`p:${w3c.spanId}`) ?? false
}
