import type { Candidates, Hint, SelectReason } from './candidates.ts'
import type { TraceContext } from './formats/trace-context.ts'
import { tracestateMember } from './formats/tracestate.ts'

/** The evidence besides the contexts themselves. */
export interface Evidence {
  /** The span id of our member of `tracestate`. */
  readonly mark: string | undefined
  readonly hint: Hint
}

/** One context, and the reason. */
export interface Choice {
  readonly context: TraceContext
  readonly reason: SelectReason
}

/** The choice among contexts of one trace, of which there is at least one. */
export function freshest(same: Candidates, evidence: Evidence): Choice {
  let { w3c, b3multi, b3single } = same
  const first = (w3c ?? b3single ?? b3multi) as TraceContext
  if (count(w3c, b3multi, b3single) === 1) return { context: first, reason: 'only' }

  const { mark } = evidence
  if (w3c?.spanId === mark) w3c = undefined
  if (b3multi?.spanId === mark) b3multi = undefined
  if (b3single?.spanId === mark) b3single = undefined
  if (count(w3c, b3multi, b3single) === 0) return { context: first, reason: 'untouched' }

  const live = {
    w3c: isParent(w3c, b3multi, b3single) ? undefined : w3c,
    b3multi: isParent(b3multi, w3c, b3single) ? undefined : b3multi,
    b3single: isParent(b3single, w3c, b3multi) ? undefined : b3single,
  }
  const left = count(live.w3c, live.b3multi, live.b3single)
  // Contexts that name each other as parent prove nothing, so none of them is dropped.
  if (left === 0) return contested({ ...same, w3c, b3multi, b3single }, evidence)
  const context = (live.w3c ?? live.b3single ?? live.b3multi) as TraceContext
  return left === 1 ? { context, reason: 'rewritten' } : contested({ ...same, ...live }, evidence)
}

/** Two formats were rewritten by different proxies, or by one without a mark as evidence. */
function contested(live: Candidates, { mark, hint }: Evidence): Choice {
  const { w3c } = live
  const b3 = b3Of(live)
  if (w3c === undefined) return { context: b3 as TraceContext, reason: 'b3-parent' }
  if (b3 === undefined) return { context: w3c, reason: 'w3c-default' }
  if (b3.spanId === w3c.spanId) return { context: w3c, reason: 'agree' }
  if (hint !== 'auto') return { context: hint === 'b3' ? b3 : w3c, reason: 'hint' }
  const writer = writerOfW3c(w3c, b3, live, mark)
  if (writer !== undefined) return { context: w3c, reason: writer }
  // A zipkin tracer that stays in the trace of a request always names the parent, and always decides.
  const isFresh = b3.parentId !== undefined && b3.sampled !== undefined
  return isFresh ? { context: b3, reason: 'b3-parent' } : { context: w3c, reason: 'w3c-default' }
}

/**
 * The B3 context that counts. The single header wins (openzipkin/b3-propagation): Envoy from 1.40 leaves old `x-b3-*`
 * beside it, and an older one names it as the parent of those. A single header without a parent beside two other
 * formats that agree is older than them, because no Envoy sends that.
 */
function b3Of({ w3c, b3multi, b3single }: Candidates): TraceContext | undefined {
  if (b3single === undefined || b3multi === undefined) return b3single ?? b3multi
  return b3single.parentId === undefined && w3c?.spanId === b3multi.spanId ? b3multi : b3single
}

/** The tracer that wrote `traceparent` after the sender of B3 did, where `tracestate` shows one. */
function writerOfW3c(
  w3c: TraceContext,
  b3: TraceContext,
  { tracestate, datadogSpanId }: Candidates,
  mark: string | undefined,
): 'opentelemetry' | 'datadog' | 'rewritten' | undefined {
  if (tracestate === undefined) return undefined
  if (tracestate === '') return 'opentelemetry'
  // A vendor's member that names a span was written with that span's headers.
  if (!tracestate.includes(w3c.spanId)) return tracestate.includes(b3.spanId) ? 'rewritten' : undefined
  // Our mark is present, and B3 names a child of its span: a proxy added Datadog's member after that.
  const isOfProxy = (mark !== undefined && mark === b3.parentId) || datadogSpanId?.() === w3c.spanId
  return isOfProxy && isNamedByEnvoy(w3c, tracestate) ? 'datadog' : undefined
}

/** Envoy's datadog tracer names its own span in `dd=s:…;p:<span id>`; `dd-trace` has other fields before these. */
function isNamedByEnvoy({ spanId }: TraceContext, tracestate: string): boolean {
  const fields = tracestateMember(tracestate, 'dd')?.split(';')
  return fields !== undefined && fields[0]?.startsWith('s:') === true && fields[1] === `p:${spanId}`
}

function count(one: TraceContext | undefined, two: TraceContext | undefined, three: TraceContext | undefined): number {
  return (one === undefined ? 0 : 1) + (two === undefined ? 0 : 1) + (three === undefined ? 0 : 1)
}

/** Whether another context names this one as its parent, and so is younger. */
function isParent(
  context: TraceContext | undefined,
  one: TraceContext | undefined,
  other: TraceContext | undefined,
): boolean {
  return context !== undefined && (one?.parentId === context.spanId || other?.parentId === context.spanId)
}
