import {
  extract,
  forwardHeaders,
  type Hint,
  parseB3Multi,
  parseB3Single,
  parseTraceparent,
  type Selection,
  type TraceContext,
} from '@throughline/propagation'
import type { RecordedRequest } from '@throughline/lab-testkit'

/** Every context that a set of headers names, in all formats that this project reads. */
export function contextsIn(headers: Record<string, string | undefined>): TraceContext[] {
  const contexts = [
    parseTraceparent(headers['traceparent']),
    parseB3Multi({
      traceId: headers['x-b3-traceid'],
      spanId: headers['x-b3-spanid'],
      parentId: headers['x-b3-parentspanid'],
      sampled: headers['x-b3-sampled'],
      flags: headers['x-b3-flags'],
    }),
    parseB3Single(headers['b3']),
  ]
  return contexts.filter((context) => context !== undefined)
}

/** The headers of a request by lower-case name. A repeated one throws, because receivers refuse it. */
export function headersOf(request: Pick<RecordedRequest, 'headers'>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of request.headers) {
    const key = name.toLowerCase()
    if (key in headers) throw new Error(`${key} came twice: ${headers[key]} and ${value}`)
    headers[key] = value
  }
  return headers
}

/** The caller of a request according to its headers, with a hint or without. */
export function callerOf(request: Pick<RecordedRequest, 'headers'>, hint?: Hint): Selection | undefined {
  return extract(headersOf(request), { get: (headers, name) => headers[name] }, { hint })?.selection
}

/** The distinct trace ids that would be forwarded from here without an SDK. */
export function carriedTraceIds(request: RecordedRequest): string[] {
  const carried = forwardHeaders(headersOf(request))
  const datadog = carried['x-datadog-trace-id']
  const ids = contextsIn(carried).map(({ traceId }) => traceId)
  // Datadog's header contains only the low half of the id.
  if (datadog !== undefined) {
    const low = BigInt(datadog).toString(16).padStart(16, '0')
    ids.push(ids.find((id) => id.endsWith(low)) ?? low)
  }
  return [...new Set(ids)]
}
