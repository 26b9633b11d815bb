import { formatTrace } from './format-trace.ts'
import type { JaegerTrace } from './jaeger-trace.ts'
import { estimateBytes, spanKey } from './span-record.ts'
import type { SpanRecord } from './span-record.ts'

export interface TraceStoreOptions {
  /** Most spans kept. Default 50,000. */
  maxSpans?: number
  /** Most memory the kept spans may take, in bytes, estimated. Default 128 MiB. */
  maxBytes?: number
}

export interface TraceFilter {
  /** Only traces with a span of this service. */
  service?: string
  /** Only traces with a span of this name (and of `service`, when both are given). */
  operation?: string
  /** Only traces that began at or after this time, in microseconds since the epoch. */
  startMicros?: number
  /** Only traces that began at or before this time, in microseconds since the epoch. */
  endMicros?: number
  /** Most traces returned. Default 20, as Jaeger has it. */
  limit?: number
}

/** Traces in memory. Bounded: when it is full, the trace that arrived first is dropped whole. */
export interface TraceStore {
  /** Keeps spans. One that is there already (an exporter's retry) is replaced, not doubled. */
  add(spans: Iterable<SpanRecord>): void
  /** The trace with this id (32 lower-case hex digits), or undefined. */
  trace(traceId: string): JaegerTrace | undefined
  /** The traces that match, the one that began last first. */
  traces(filter?: TraceFilter): JaegerTrace[]
  /** Names of all services that have a span here, sorted. */
  services(): string[]
  readonly spanCount: number
  readonly traceCount: number
  /** Spans given up to stay within the bounds, since the store was made. */
  readonly droppedSpans: number
  /** Traces dropped whole to stay within the bounds, since the store was made. */
  readonly droppedTraces: number
}

interface StoredTrace {
  spans: Map<string, SpanRecord>
  bytes: number
}

const startOf = (trace: StoredTrace): number =>
  [...trace.spans.values()].reduce((start, span) => Math.min(start, span.startMicros), Infinity)

function matches(trace: StoredTrace, filter: TraceFilter): boolean {
  const { service, operation, startMicros = -Infinity, endMicros = Infinity } = filter
  const start = startOf(trace)
  if (start < startMicros || start > endMicros) return false
  if (service === undefined && operation === undefined) return true
  return [...trace.spans.values()].some(
    (span) =>
      (service === undefined || span.process.serviceName === service) &&
      (operation === undefined || span.name === operation),
  )
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
      spanCount -= trace.spans.size
      bytes -= trace.bytes
      droppedSpans += trace.spans.size
      droppedTraces += 1
      return
    }
  }

  const addSpan = (span: SpanRecord): void => {
    const key = spanKey(span)
    const trace = traces.get(span.traceId) ?? { spans: new Map<string, SpanRecord>(), bytes: 0 }
    const before = trace.spans.get(key)
    const growth = before === undefined ? 1 : 0
    const growthBytes = estimateBytes(span) - (before === undefined ? 0 : estimateBytes(before))
    // A trace that alone is too large keeps its beginning; it doesn't push out itself or the others.
    if (!fits(trace.spans.size + growth, trace.bytes + growthBytes)) {
      droppedSpans += 1
      return
    }
    while (!fits(spanCount + growth, bytes + growthBytes)) dropOldest(span.traceId)
    traces.set(span.traceId, trace)
    trace.spans.set(key, span)
    trace.bytes += growthBytes
    spanCount += growth
    bytes += growthBytes
  }

  return {
    add(spans) {
      for (const span of spans) addSpan(span)
    },
    trace(traceId) {
      const trace = traces.get(traceId)
      return trace && formatTrace(traceId, trace.spans.values())
    },
    traces(filter = {}) {
      return [...traces]
        .filter(([, trace]) => matches(trace, filter))
        .map(([traceId, trace]) => ({ traceId, trace, start: startOf(trace) }))
        .sort((a, b) => b.start - a.start)
        .slice(0, filter.limit ?? 20)
        .map(({ traceId, trace }) => formatTrace(traceId, trace.spans.values()))
    },
    services() {
      const names = [...traces.values()].flatMap((trace) =>
        [...trace.spans.values()].map((span) => span.process.serviceName),
      )
      return [...new Set(names)].sort()
    },
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
