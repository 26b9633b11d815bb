import type { Lab } from '@throughline/lab-meshes'
import { type ChainExpectation, expectChain, pollUntil } from '@throughline/lab-testkit'
import type { JaegerTrace } from '@throughline/trace-store'

/**
 * Sends a request and asserts its trace edge by edge, twice: when it has arrived, and again when the trace of a later
 * request has. By then, any late span of the first has arrived as well.
 * @param send makes one request and returns its trace id
 */
export async function expectTrace(
  lab: Lab,
  send: () => Promise<string | null>,
  expectation: ChainExpectation,
): Promise<JaegerTrace> {
  const [first, second] = [await send(), await send()]
  if (first === null || second === null) throw new Error('the request belongs to no trace')
  const whole = (id: string) =>
    pollUntil(() => expectChain(queryTrace(lab, id), expectation), { deadline: 15_000, what: `a whole trace ${id}` })
  await whole(first)
  await whole(second)
  const trace = queryTrace(lab, first)
  expectChain(trace, expectation)
  return trace
}

/** The trace now in the store; one without spans if it is missing. */
export function queryTrace(lab: Lab, traceId: string): JaegerTrace {
  return lab.traceStore?.trace(traceId) ?? { traceID: traceId, spans: [], processes: {} }
}

/** Identifies a request without a trace: Envoy tags its spans with the request id. */
export function traceIdOfRequest(lab: Lab, requestId: string): string | undefined {
  return lab.traceStore
    ?.traces({ limit: 1000 })
    .find((trace) => trace.spans.some((span) => span.tags.some((tag) => tag.value === requestId)))?.traceID
}
