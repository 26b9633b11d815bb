import { orderSpans, type PlacedSpan } from '../evidence/order-spans.ts'
import { buildForest } from '../evidence/trace-forest.ts'
import { readJaegerTrace } from '../readers/read-jaeger-trace.ts'
import { nameFinding, type NamedFinding } from './name-finding.ts'
import { TLV101 } from './TLV101.ts'
import { TLV103 } from './TLV103.ts'
import { TLV202 } from './TLV202.ts'
import { findTraceProblems, reachesUpstream, type TraceProblem } from './find-trace-problems.ts'

/** As many as the page draws. */
const MAX_SPANS = 500

/** The findings from one trace alone. */
export interface TraceVerdict {
  traceId: string
  /** Depth first. */
  spans: PlacedSpan[]
  /** Empty for a whole trace. */
  problems: TraceProblem[]
  /** An application other than the first one has its server span here. */
  reachesUpstream: boolean
  /**
   * What may have cut off the rest, where the trace does not reach the upstream or holds no proxy: only the headers that
   * were sent and received tell which. Where none were sent it is the first, TLV101.
   */
  suspects: NamedFinding[]
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
  const trace = readJaegerTrace(value, MAX_SPANS)
  if (trace === undefined) return undefined
  const nodes = buildForest(trace.spans)
  const spans = orderSpans(nodes)
  const reaches = reachesUpstream(spans)
  const caller = spans.find(({ proxy }) => !proxy)
  const suspects = reaches ? (spans.some(({ proxy }) => proxy) ? [] : [TLV103]) : [TLV101, TLV103, TLV202]
  return {
    traceId: trace.traceId,
    spans,
    problems: findTraceProblems({ nodes, placed: spans }, { reported: trace.spans.length, answered }),
    reachesUpstream: reaches,
    suspects: suspects.map((rule) => nameFinding(rule, caller?.language)),
  }
}
