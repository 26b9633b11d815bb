import type { JaegerSpan, JaegerTrace } from '@throughline/trace-store'

import { describeSpan, parentIdOf } from './span-facts.ts'

/**
 * Draws a trace as a tree of text, one line for each span. Orphans are drawn as well: the line of a span whose parent
 * is not in the trace says so, and spans that are each other's ancestors come last.
 */
export function drawTrace(trace: JaegerTrace): string {
  if (trace.spans.length === 0) return '(no spans)'
  const ids = new Set(trace.spans.map((span) => span.spanID))
  const drawn = new Set<JaegerSpan>()
  const lines: string[] = []

  const draw = (span: JaegerSpan, lead: { first: string; rest: string }, note = ''): void => {
    drawn.add(span)
    lines.push(lead.first + describeSpan(trace, span) + note)
    const children = trace.spans.filter((child) => parentIdOf(child) === span.spanID && !drawn.has(child))
    for (const [index, child] of children.entries()) {
      // Two spans with one id have the same children: each child is drawn once, at the first.
      if (drawn.has(child)) continue
      const last = index === children.length - 1
      draw(child, { first: `${lead.rest}${last ? '└─ ' : '├─ '}`, rest: `${lead.rest}${last ? '   ' : '│  '}` })
    }
  }

  const top = { first: '', rest: '' }
  for (const span of trace.spans) {
    const parentId = parentIdOf(span)
    if (parentId === undefined) draw(span, top)
    else if (!ids.has(parentId)) draw(span, top, ` (parent ${parentId} is not in this trace)`)
  }
  for (const span of trace.spans) {
    if (!drawn.has(span)) draw(span, top, ` (parent ${parentIdOf(span)}: a circle)`)
  }
  return lines.join('\n')
}
