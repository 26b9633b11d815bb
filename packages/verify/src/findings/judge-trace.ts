import { orderSpans, type PlacedSpan } from '../evidence/order-spans.ts'
import { readJaegerTrace } from '../readers/read-jaeger-trace.ts'
import { findTraceProblems, reachesUpstream, type TraceProblem } from './find-trace-problems.ts'

/** The findings from one trace alone. */
export interface TraceVerdict {
  traceId: string
  /** Depth first. */
  spans: PlacedSpan[]
  /** Empty for a whole trace. */
  problems: TraceProblem[]
  /** An application other than the first one has its server span here. */
  reachesUpstream: boolean
}

/**
 * Judges one trace in the shape of Jaeger's query API: whether it is whole, and where it breaks. Why it breaks takes a
 * comparison of probes, which is what the rules of the catalogue do (`judge`).
 *
 * @param value one member of `data`
 * @param options.answered the upstream application is known to have answered, so its span must be there; default false
 * @returns undefined when the value is not a trace
 */
export function judgeTrace(
  value: unknown,
  { answered = false }: { answered?: boolean } = {},
): TraceVerdict | undefined {
  const trace = readJaegerTrace(value)
  if (trace === undefined) return undefined
  const spans = orderSpans(trace.spans)
  return {
    traceId: trace.traceId,
    spans,
    problems: findTraceProblems(spans, { reported: trace.spans.length, answered }),
    reachesUpstream: reachesUpstream(spans),
  }
}
