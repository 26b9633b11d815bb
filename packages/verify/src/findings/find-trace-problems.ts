import type { PlacedSpan } from '../evidence/order-spans.ts'
import type { Span } from '../evidence/span.ts'
import type { SpanNode } from '../evidence/trace-forest.ts'
import { nameFinding, type NamedFinding } from './name-finding.ts'
import { namesMissingParent } from './support.ts'
import { callsPastProxies, TLV104 } from './TLV104.ts'
import { siblingProxies, TLV105 } from './TLV105.ts'
import { TLV305 } from './TLV305.ts'
import { TLV308 } from './TLV308.ts'
import { sharedSpans, TLV404 } from './TLV404.ts'

export interface TraceProblem {
  code:
    | 'several-roots'
    | 'missing-parent'
    | 'parent-loop'
    | 'shared-span-id'
    | 'skipped-sidecars'
    | 'sibling-sidecars'
    | 'missing-upstream'
  /** The observation. */
  text: string
  /** The cause. */
  cause: string
  /** The rule whose sign this is; null where no rule of the catalogue applies to one stored trace. */
  finding: NamedFinding | null
}

/** One stored trace: its spans as a forest, and in the order of the page's rows. */
interface StoredTrace {
  nodes: readonly SpanNode[]
  placed: readonly PlacedSpan[]
}

/** Why one trace is broken, in actionable words, by the signs of the catalogue's rules; empty for a whole trace. */
export function findTraceProblems(
  { nodes, placed }: StoredTrace,
  { reported, answered }: { reported: number; answered: boolean },
): TraceProblem[] {
  const describeHop = createDescribe(placed)
  return [
    ...severalRoots(placed, describeHop),
    ...missingParents(nodes, describeHop),
    ...parentLoops(nodes, describeHop),
    ...sharedSpanIds(nodes, reported - placed.length),
    ...misledParents(nodes, describeHop),
    ...(answered && placed.length > 0 && !reachesUpstream(placed) ? [MISSING_UPSTREAM] : []),
  ]
}

function severalRoots(placed: readonly PlacedSpan[], describeHop: Describe): TraceProblem[] {
  const roots = placed.filter((span) => span.depth === 0)
  if (roots.length < 2) return []
  return [
    {
      code: 'several-roots',
      text: `This trace starts ${roots.length} times: ${roots.map(describeHop).join(', ')}.`,
      cause: 'A hop before each later start did not propagate the trace headers.',
      finding: null,
    },
  ]
}

function missingParents(nodes: readonly SpanNode[], describeHop: Describe): TraceProblem[] {
  const ids = new Set(nodes.map(({ span }) => span.spanId))
  return nodes
    .filter((node) => namesMissingParent(node) && !ids.has(node.span.parentId ?? ''))
    .map((node) => ({
      code: 'missing-parent',
      text: `The span of ${describeHop(node.span)} names a parent (${node.span.parentId}) that is not in this trace.`,
      cause: 'That hop propagated the headers but reported no span, or its span has not arrived yet.',
      finding: findingOfOrphan(node, nodes[0]),
    }))
}

/** Who reports elsewhere: a caller before the first span, or the app before a proxy’s. */
function findingOfOrphan(node: SpanNode, first: SpanNode | undefined): NamedFinding | null {
  if (node === first) return node.span.kind === 'server' ? nameFinding(TLV308) : null
  return node.span.proxy ? nameFinding(TLV305) : null
}

function parentLoops(nodes: readonly SpanNode[], describeHop: Describe): TraceProblem[] {
  const ids = new Set(nodes.map(({ span }) => span.spanId))
  const looping = nodes.find((node) => namesMissingParent(node) && ids.has(node.span.parentId ?? ''))
  if (looping === undefined) return []
  return [
    {
      code: 'parent-loop',
      text: `The span of ${describeHop(looping.span)} is its own ancestor.`,
      cause: 'Two spans name each other as parent.',
      finding: null,
    },
  ]
}

function sharedSpanIds(nodes: readonly SpanNode[], repeated: number): TraceProblem[] {
  if (repeated < 1) return []
  return [
    {
      code: 'shared-span-id',
      text: `${repeated === 1 ? 'A span id was' : 'Span ids were'} reported twice.`,
      cause: 'Two hops share one span id, so a child of either can’t be placed.',
      finding: sharedSpans(nodes).length > 0 ? nameFinding(TLV404) : null,
    },
  ]
}

/** Hops that took their parent from a header that a proxy did not rewrite. */
function misledParents(nodes: readonly SpanNode[], describeHop: Describe): TraceProblem[] {
  const siblings = siblingProxies(nodes)
  const frozen = new Set(siblings.map(({ call }) => call))
  return [
    ...siblings.map(({ call, outer, inner }): TraceProblem => ({
      code: 'sibling-sidecars',
      text: `The parent of ${describeHop(inner.span)} is ${describeHop(call.span)}, not ${describeHop(outer.span)} between them.`,
      cause: 'It read a header that the sidecar before it did not rewrite.',
      finding: nameFinding(TLV105, call.span.language),
    })),
    ...callsPastProxies(nodes)
      .filter(({ call }) => !frozen.has(call))
      .map(({ call, callee }): TraceProblem => ({
        code: 'skipped-sidecars',
        text: `The parent of ${describeHop(callee.span)} is ${describeHop(call.span)}, past the sidecars between them.`,
        cause: 'It read a header that the sidecars did not rewrite.',
        finding: nameFinding(TLV104, callee.span.language),
      })),
  ]
}

/** Its span was lost, or it is in another trace: one trace can’t tell. */
const MISSING_UPSTREAM: TraceProblem = {
  code: 'missing-upstream',
  text: 'counting answered this call, but left no span here.',
  cause: 'Its span was lost, or it started a new trace because the headers did not reach it.',
  finding: null,
}

/** Whether an application other than the first one has its server span here: the far end of the path. */
export function reachesUpstream(placed: readonly PlacedSpan[]): boolean {
  const entry = placed.find((span) => !span.proxy)
  return placed.some((span) => !span.proxy && span.kind === 'server' && span.service !== entry?.service)
}

type Describe = (span: Span) => string

function createDescribe(placed: readonly PlacedSpan[]): Describe {
  const gateways = new Set(placed.filter(({ gateway }) => gateway).map(({ spanId }) => spanId))
  return ({ proxy, kind, service, spanId }) => {
    const role = gateways.has(spanId) ? 'gateway' : proxy ? 'sidecar' : 'app'
    return `${service} (${kind === null ? role : `${role}, ${kind}`})`
  }
}
