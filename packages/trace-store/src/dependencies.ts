import type { SpanRecord } from './span-record.ts'

/** How often one service called another. */
export interface Dependency {
  parent: string
  child: string
  callCount: number
}

/** The relevant parents of one id, which any number of spans may share. */
interface SameId {
  first: SpanRecord
  server?: SpanRecord
  client?: SpanRecord
}

function groupById(spans: readonly SpanRecord[]): Map<string, SameId> {
  const groups = new Map<string, SameId>()
  for (const span of spans) {
    const group = groups.get(span.spanId) ?? { first: span }
    if (span.kind === 'server') group.server ??= span
    if (span.kind === 'client') group.client ??= span
    groups.set(span.spanId, group)
  }
  return groups
}

function findParent(span: SpanRecord, byId: ReadonlyMap<string, SameId>): SpanRecord | undefined {
  // The server half of a shared Zipkin span was called by the client half, which has the same id.
  const half = byId.get(span.spanId)?.client
  if (half !== undefined && span.kind === 'server') return half
  const parents = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId)
  return parents?.server ?? parents?.first
}

/** Counts the edges that cross from one service to another, in traces given as their spans. */
export function countDependencies(traces: readonly (readonly SpanRecord[])[]): Dependency[] {
  const counts = new Map<string, Dependency>()
  for (const spans of traces) {
    const byId = groupById(spans)
    for (const span of spans) {
      const parent = findParent(span, byId)?.process.serviceName
      const child = span.process.serviceName
      if (parent === undefined || parent === child) continue
      const key = JSON.stringify([parent, child])
      const dependency = counts.get(key) ?? { parent, child, callCount: 0 }
      dependency.callCount += 1
      counts.set(key, dependency)
    }
  }
  return [...counts.values()]
}
