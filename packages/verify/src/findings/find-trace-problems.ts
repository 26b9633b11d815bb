import type { PlacedSpan } from '../evidence/order-spans.ts'

export interface TraceProblem {
  code: 'several-roots' | 'missing-parent' | 'parent-loop' | 'shared-span-id' | 'missing-upstream'
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

function describeHop(span: PlacedSpan): string {
  const role = span.proxy ? 'sidecar' : 'app'
  return `${span.service} (${span.kind === null ? role : `${role}, ${span.kind}`})`
}
