import { countDependencies } from './dependencies.ts'
import type { Dependency } from './dependencies.ts'
import { formatTrace } from './format-trace.ts'
import type { JaegerTrace } from './jaeger-trace.ts'
import type { SpanRecord } from './span-record.ts'
import { createStoredTrace } from './stored-trace.ts'
import type { StoredTrace } from './stored-trace.ts'

/** Options of {@link createTraceStore}. */
export interface TraceStoreOptions {
  /** Most spans kept. Default 50,000. */
  maxSpans?: number
  /** Most memory the spans may take, in bytes, estimated. Default 128 MiB. */
  maxBytes?: number
}

/** Which traces {@link TraceStore.traces} returns. */
export interface TraceFilter {
  /** Only traces with a span of this service. */
  service?: string
  /** Only traces with a span of this name (and of `service`, when both are given). */
  operation?: string
  /** Only traces with such a span that began at or after this time, in microseconds since the epoch. */
  startMicros?: number
  /** Only traces with such a span that began at or before this time, in microseconds since the epoch. */
  endMicros?: number
  /** Most traces returned. Default 20, as Jaeger has it. */
  limit?: number
  /**
   * Most memory the traces returned may hold in the store, in bytes; the first is always returned. Default no
   * bound.
   */
  maxBytes?: number
}

/** Traces in memory. Bounded: when it is full, the trace that arrived first is dropped whole. */
export interface TraceStore {
  /** Stores spans. A span that exists already (an exporter's retry) is replaced. */
  add(spans: Iterable<SpanRecord>): void
  /** The trace with this id (32 lower-case hex digits), or undefined. */
  trace(traceId: string): JaegerTrace | undefined
  /** The traces that match, the one that began last first. */
  traces(filter?: TraceFilter): JaegerTrace[]
  /** Names of all services that have a span here, sorted. */
  services(): string[]
  /** How often one service called another. */
  dependencies(): Dependency[]
  readonly spanCount: number
  readonly traceCount: number
  /** Spans dropped to stay within the bounds, since the store was created. */
  readonly droppedSpans: number
  /** Traces dropped whole to stay within the bounds, since the store was created. */
  readonly droppedTraces: number
}

/** Largest trace kept, in bytes: a client that reads one holds it in memory until its last byte is sent. */
const MAX_TRACE_BYTES = 32 * 1024 * 1024

/**
 * One span must match in all respects, as in Jaeger, so that a long trace is also found by its latest spans.
 */
function matches(trace: StoredTrace, filter: TraceFilter): boolean {
  const { service, operation, startMicros = -Infinity, endMicros = Infinity } = filter
  if (trace.startMicros > endMicros) return false
  for (const span of trace.spans()) {
    const isInTime = span.startMicros >= startMicros && span.startMicros <= endMicros
    const isOfService = service === undefined || span.process.serviceName === service
    if (isInTime && isOfService && (operation === undefined || span.name === operation)) return true
  }
  return false
}

/** The first of `found`, and those after it that fit into `maxBytes` with it. */
function cutToBytes(found: readonly [string, StoredTrace][], maxBytes: number): [string, StoredTrace][] {
  let bytes = 0
  return found.filter(([, trace], index) => (bytes += trace.bytes) <= maxBytes || index === 0)
}

/** Makes an empty store. Throws a RangeError when a bound is not a positive integer. */
export function createTraceStore(options: TraceStoreOptions = {}): TraceStore {
  const { maxSpans = 50_000, maxBytes = 128 * 1024 * 1024 } = options
  for (const [name, bound] of Object.entries({ maxSpans, maxBytes })) {
    if (!Number.isSafeInteger(bound) || bound < 1) throw new RangeError(`${name} must be a positive integer`)
  }
  // A Map iterates in order of insertion, so its first entry is the trace that arrived first.
  const traces = new Map<string, StoredTrace>()
  let spanCount = 0
  let bytes = 0
  let droppedSpans = 0
  let droppedTraces = 0

  const fits = (count: number, size: number): boolean => count <= maxSpans && size <= maxBytes

  const dropOldest = (except: string): void => {
    for (const [traceId, trace] of traces) {
      if (traceId === except) continue
      traces.delete(traceId)
      spanCount -= trace.spanCount
      bytes -= trace.bytes
      droppedSpans += trace.spanCount
      droppedTraces += 1
      return
    }
  }

  const addSpan = (span: SpanRecord): void => {
    const known = traces.get(span.traceId)
    const trace = known ?? createStoredTrace()
    const growth = trace.growth(span)
    // A trace that alone is too large keeps its beginning, and evicts neither itself nor others.
    const size = trace.bytes + growth.bytes
    if (size > MAX_TRACE_BYTES || !fits(trace.spanCount + growth.spans, size)) {
      droppedSpans += 1
      return
    }
    const added = known === undefined ? size : growth.bytes
    while (!fits(spanCount + growth.spans, bytes + added)) dropOldest(span.traceId)
    traces.set(span.traceId, trace)
    trace.put(span, growth)
    spanCount += growth.spans
    bytes += added
  }

  return {
    add(spans) {
      for (const span of spans) addSpan(span)
    },
    trace(traceId) {
      const trace = traces.get(traceId)
      return trace && formatTrace(traceId, trace.spans())
    },
    traces(filter = {}) {
      const found = [...traces]
        .filter(([, trace]) => matches(trace, filter))
        .sort(([, a], [, b]) => b.startMicros - a.startMicros)
        .slice(0, filter.limit ?? 20)
      return cutToBytes(found, filter.maxBytes ?? Infinity).map(([id, trace]) => formatTrace(id, trace.spans()))
    },
    services() {
      const names = new Set<string>()
      for (const trace of traces.values()) for (const span of trace.spans()) names.add(span.process.serviceName)
      return [...names].sort()
    },
    dependencies: () => countDependencies([...traces.values()].map((trace) => [...trace.spans()])),
    get spanCount() {
      return spanCount
    },
    get traceCount() {
      return traces.size
    },
    get droppedSpans() {
      return droppedSpans
    },
    get droppedTraces() {
      return droppedTraces
    },
  }
}
