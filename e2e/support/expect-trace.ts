import type { Lab } from '@throughline/lab-meshes'
import { type ChainExpectation, expectChain, pollUntil } from '@throughline/lab-testkit'
import type { JaegerTrace } from '@throughline/trace-store'

/**
 * Sends a request and asserts its trace edge by edge, twice: when it is there, and again when the trace of a later
 * request is there too. Whatever a sidecar or a service still had to send of the first has come by then.
 * @param send makes one request and gives its trace id
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

/** The trace as it is in the store now; one without spans when there is none. */
export function queryTrace(lab: Lab, traceId: string): JaegerTrace {
  return lab.traceStore?.trace(traceId) ?? { traceID: traceId, spans: [], processes: {} }
}

/** The only way to know a request that was sent without a trace: Envoy tags its spans with the request id. */
export function traceIdOfRequest(lab: Lab, requestId: string): string | undefined {
  return lab.traceStore
    ?.traces({ limit: 1000 })
    .find((trace) => trace.spans.some((span) => span.tags.some((tag) => tag.value === requestId)))?.traceID
}
