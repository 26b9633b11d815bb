import { findGateways } from './find-gateways.ts'
import type { Span } from './span.ts'
import type { SpanNode } from './trace-forest.ts'

/** A span at its place in the tree of its trace. */
export interface PlacedSpan extends Span {
  /** 0 for a span without a parent in this trace. */
  depth: number
  /** Names a parent that is not in this trace. */
  orphan: boolean
  /** Of a proxy at the edge of the mesh, without an application beside it. */
  gateway: boolean
}

/**
 * The spans of one trace (`buildForest`), depth first and siblings by start. A span id that was reported twice is placed once, where it
 * comes first.
 */
export function orderSpans(nodes: readonly SpanNode[]): PlacedSpan[] {
  const ids = new Set(nodes.map(({ span }) => span.spanId))
  const gateways = findGateways(nodes)
  const placed = new Map<string, PlacedSpan>()
  const pending: { node: SpanNode; depth: number }[] = []
  const place = (siblings: readonly SpanNode[], depth: number): void => {
    for (const node of siblings.toReversed()) pending.push({ node, depth })
  }
  place(
    nodes.filter(({ parent }) => parent === null),
    0,
  )
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { span, children } = next.node
    const isRepeated = placed.has(span.spanId)
    if (!isRepeated) {
      const orphan = span.parentId !== null && !ids.has(span.parentId)
      placed.set(span.spanId, { ...span, depth: next.depth, orphan, gateway: gateways.has(span.spanId) })
    }
    place(children, isRepeated ? next.depth : next.depth + 1)
  }
  return [...placed.values()]
}
