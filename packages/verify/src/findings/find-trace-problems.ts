import type { PlacedSpan } from '../evidence/order-spans.ts'

export interface TraceProblem {
  code: 'several-roots' | 'missing-parent' | 'parent-loop' | 'shared-span-id' | 'skipped-sidecars' | 'missing-upstream'
  /** The observation. */
  text: string
  /** The cause. */
  cause: string
}

/** Why one trace is broken, in actionable words; empty for a whole trace. */
export function findTraceProblems(
  placed: readonly PlacedSpan[],
  { reported, answered }: { reported: number; answered: boolean },
): TraceProblem[] {
  const problems: TraceProblem[] = []
  const roots = placed.filter((span) => span.depth === 0)

  if (roots.length > 1) {
    problems.push({
      code: 'several-roots',
      text: `This trace starts ${roots.length} times: ${roots.map(describeHop).join(', ')}.`,
      cause: 'A hop before each later start did not propagate the trace headers.',
    })
  }
  for (const span of placed.filter(({ orphan }) => orphan)) {
    problems.push({
      code: 'missing-parent',
      text: `The span of ${describeHop(span)} names a parent (${span.parentId}) that is not in this trace.`,
      cause: 'That hop propagated the headers but reported no span, or its span has not arrived yet.',
    })
  }
  const looping = roots.find((span) => span.parentId !== null && !span.orphan)
  if (looping !== undefined) {
    problems.push({
      code: 'parent-loop',
      text: `The span of ${describeHop(looping)} is its own ancestor.`,
      cause: 'Two spans name each other as parent.',
    })
  }
  if (reported > placed.length) {
    problems.push({
      code: 'shared-span-id',
      text: `${reported - placed.length === 1 ? 'A span id was' : 'Span ids were'} reported twice.`,
      cause: 'Two hops share one span id, so a child of either can’t be placed.',
    })
  }
  for (const span of placed) {
    const caller = callerPastSidecars(span, placed)
    if (caller === undefined) continue
    problems.push({
      code: 'skipped-sidecars',
      text: `The parent of ${describeHop(span)} is ${describeHop(caller)}, past the sidecars between them.`,
      cause: 'It read a header that the sidecars did not rewrite.',
    })
  }
  if (answered && placed.length > 0 && !reachesUpstream(placed)) {
    problems.push({
      code: 'missing-upstream',
      text: 'counting answered this call, but left no span here.',
      cause: 'Its span was lost, or it started a new trace because the headers did not reach it.',
    })
  }
  return problems
}

/** Whether an application other than the first one has its server span here: the far end of the path. */
export function reachesUpstream(placed: readonly PlacedSpan[]): boolean {
  const entry = placed.find((span) => !span.proxy)
  return placed.some((span) => !span.proxy && span.kind === 'server' && span.service !== entry?.service)
}

/** The application whose call a server span names as its parent, although the same call went to a sidecar. */
function callerPastSidecars(span: PlacedSpan, placed: readonly PlacedSpan[]): PlacedSpan | undefined {
  if (span.proxy || span.kind !== 'server') return undefined
  const caller = placed.find(({ spanId }) => spanId === span.parentId)
  if (caller === undefined || caller.proxy || caller.kind !== 'client') return undefined
  return placed.some(({ proxy, parentId }) => proxy && parentId === caller.spanId) ? caller : undefined
}

function describeHop(span: PlacedSpan): string {
  const role = span.proxy ? 'sidecar' : 'app'
  return `${span.service} (${span.kind === null ? role : `${role}, ${span.kind}`})`
}
