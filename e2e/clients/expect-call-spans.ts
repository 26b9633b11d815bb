import { kindOf, parentIdOf, type RecordedRequest } from '@throughline/lab-testkit'
import type { JaegerSpan, TraceStore } from '@throughline/trace-store'
import { expect } from 'vitest'
import { CALLER, TRACE_ID } from './cells.ts'

/** Each request that was served has a server span. Each call has the id of a client span, that span is the child of a server span, and there are no others. */
export function expectCallSpans(
  store: TraceStore,
  { served, calls }: { served: number; calls: readonly RecordedRequest[] },
): void {
  const spans = store.trace(TRACE_ID)?.spans ?? []
  const servers = spans.filter((span) => kindOf(span) === 'server')
  const clients = spans.filter((span) => kindOf(span) === 'client')
  expect(servers.map(parentIdOf)).toEqual(Array.from({ length: served }, () => CALLER))
  const ids = (list: readonly JaegerSpan[]): Set<string> => new Set(list.map(({ spanID }) => spanID))
  expect(ids(clients)).toEqual(new Set(calls.flatMap((call) => call.header('x-b3-spanid'))))
  expect(new Set(clients.map(parentIdOf))).toEqual(ids(servers))
  expect(store.spanCount).toBe(served + calls.length)
}
