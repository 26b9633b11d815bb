import type { JaegerSpan, JaegerTrace } from './jaeger-trace.ts'

/** How often one service called another. */
export interface Dependency {
  parent: string
  child: string
  callCount: number
}

const kindOf = (span: JaegerSpan): unknown => span.tags.find((tag) => tag.key === 'span.kind')?.value

function groupById(spans: readonly JaegerSpan[]): Map<string, JaegerSpan[]> {
  const groups = new Map<string, JaegerSpan[]>()
  for (const span of spans) groups.set(span.spanID, [...(groups.get(span.spanID) ?? []), span])
  return groups
}

function findParent(span: JaegerSpan, byId: ReadonlyMap<string, JaegerSpan[]>): JaegerSpan | undefined {
  // The server half of a shared Zipkin span was called by the client half, which has the same id.
  const half = byId.get(span.spanID)?.find((other) => other !== span && kindOf(other) === 'client')
  if (half !== undefined && kindOf(span) === 'server') return half
  const parentId = span.references.find((reference) => reference.refType === 'CHILD_OF')?.spanID
  const parents = parentId === undefined ? undefined : byId.get(parentId)
  return parents?.find((parent) => kindOf(parent) === 'server') ?? parents?.[0]
}

/** Counts the edges that cross from one service to another. */
export function countDependencies(traces: readonly JaegerTrace[]): Dependency[] {
  const counts = new Map<string, Dependency>()
  for (const trace of traces) {
    const byId = groupById(trace.spans)
    const serviceOf = (span: JaegerSpan): string => trace.processes[span.processID]?.serviceName ?? 'unknown_service'
    for (const span of trace.spans) {
      const parentSpan = findParent(span, byId)
      if (parentSpan === undefined) continue
      const parent = serviceOf(parentSpan)
      const child = serviceOf(span)
      if (parent === child) continue
      const key = JSON.stringify([parent, child])
      const dependency = counts.get(key) ?? { parent, child, callCount: 0 }
      dependency.callCount += 1
      counts.set(key, dependency)
    }
  }
  return [...counts.values()]
}
