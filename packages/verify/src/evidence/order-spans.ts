import type { Span } from './span.ts'

/** A span at its place in the tree of its trace. */
export interface PlacedSpan extends Span {
  /** 0 for a span without a parent in this trace. */
  depth: number
  /** Names a parent that is not in this trace. */
  orphan: boolean
}

/**
 * The spans of one trace, depth first and siblings by start, by nothing but the parent ids they carry. A span id that was
 * reported twice is placed once, where it came first. Spans that are their own ancestors are reached from no root: they
 * follow at depth 0.
 */
export function orderSpans(spans: readonly Span[]): PlacedSpan[] {
  const byId = new Map<string, Span>()
  for (const span of spans) if (!byId.has(span.spanId)) byId.set(span.spanId, span)
  const unique = [...byId.values()].sort(byStart)
  const children = groupByParent(unique)
  const placed = new Map<string, PlacedSpan>()

  const place = (root: Span): void => {
    const pending = [{ span: root, depth: 0 }]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { span, depth } = next
      if (placed.has(span.spanId)) continue
      const orphan = span.parentId !== null && !byId.has(span.parentId)
      placed.set(span.spanId, { ...span, depth, orphan })
      const below = children.get(span.spanId) ?? []
      for (const child of below.toReversed()) pending.push({ span: child, depth: depth + 1 })
    }
  }
  for (const span of unique) if (span.parentId === null || !byId.has(span.parentId)) place(span)
  for (const span of unique) place(span)
  return [...placed.values()]
}

function groupByParent(spans: readonly Span[]): Map<string | null, Span[]> {
  const groups = new Map<string | null, Span[]>()
  for (const span of spans) {
    const group = groups.get(span.parentId)
    if (group === undefined) groups.set(span.parentId, [span])
    else group.push(span)
  }
  return groups
}

function byStart(a: Span, b: Span): number {
  return a.startUs - b.startUs || b.durationUs - a.durationUs
}
