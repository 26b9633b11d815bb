import { parseB3Decision, parseB3Multi, parseB3Single, parseB3State } from './formats/b3.ts'
import { checkBaggage } from './formats/baggage.ts'
import { parseDatadogId } from './formats/datadog.ts'
import { forcesTrace, isRequestId, isSafeRequestId } from './formats/request-id.ts'
import { joined, once } from './incoming.ts'
import { type Selection, type SelectOptions, selectContext } from './select.ts'
import { isEmptyTracestate, parseTracestate } from './formats/tracestate.ts'
import type { TraceContext } from './formats/trace-context.ts'
import { parseTraceparent } from './formats/w3c.ts'

/** Reads headers from a carrier by lower-case name; OpenTelemetry's `TextMapGetter` is one. */
export interface HeaderGetter<Carrier> {
  get(carrier: Carrier, name: string): string | readonly string[] | undefined
}

/** Options of {@link extract}. */
export interface ExtractOptions extends SelectOptions {
  /** `any` also forwards an `x-request-id` that is not a UUID. Default `uuid`. */
  readonly requestId?: 'uuid' | 'any' | undefined
  /**
   * For a service at the trust boundary: the foreign trace is linked, not continued, and its baggage, debug
   * flag and sampling decision are dropped, as is an `x-request-id` that makes Envoy sample. Default false.
   */
  readonly edge?: boolean | undefined
}

/** The contents of one request's headers; every part has been validated. */
export interface Extracted {
  readonly selection: Selection | undefined
  /** A B3 sampling decision without ids. */
  readonly decision: boolean | undefined
  /** The `baggage` header to forward. */
  readonly baggage: string | undefined
  /** The `x-request-id` to forward. */
  readonly requestId: string | undefined
  /** An `x-request-id` that is not forwarded but safe to log. */
  readonly clientRequestId: string | undefined
}

/**
 * Reads every header of the catalogue in one go. A repeated header that may occur only once is ambiguous and counts as
 * invalid (for `traceparent` see W3C Trace Context, test_traceparent_duplicated); `tracestate` and `baggage` may be
 * split and are joined. Never throws; time is linear in the length of the headers.
 *
 * @returns `undefined` when there is nothing to propagate.
 */
export function extract<Carrier>(
  carrier: Carrier,
  getter: HeaderGetter<Carrier>,
  options: ExtractOptions = {},
): Extracted | undefined {
  const traceparent = once(getter.get(carrier, 'traceparent'))
  const b3 = once(getter.get(carrier, 'b3'))
  const traceId = once(getter.get(carrier, 'x-b3-traceid'))
  const sampled = once(getter.get(carrier, 'x-b3-sampled'))
  const flags = once(getter.get(carrier, 'x-b3-flags'))
  const baggageHeader = joined(getter.get(carrier, 'baggage'))
  const requestIdHeader = once(getter.get(carrier, 'x-request-id'))
  if (
    (traceparent ?? b3 ?? traceId ?? sampled ?? flags) === undefined &&
    baggageHeader === undefined &&
    requestIdHeader === undefined
  ) {
    return undefined
  }

  const spanId = traceId === undefined ? undefined : once(getter.get(carrier, 'x-b3-spanid'))
  const w3c = parseTraceparent(traceparent)
  const b3single = parseB3Single(b3)
  let b3multi: TraceContext | undefined
  if (traceId !== undefined) {
    // It tells which of several contexts is older.
    const isAlone = w3c === undefined && b3single === undefined
    const parentId = isAlone ? undefined : once(getter.get(carrier, 'x-b3-parentspanid'))
    b3multi = parseB3Multi({ state: parseB3State(b3), traceId, spanId, parentId, sampled, flags }, w3c)
  }
  const tracestate = w3c === undefined ? undefined : readTracestate(joined(getter.get(carrier, 'tracestate')))
  const isContested = w3c !== undefined && (b3multi ?? b3single) !== undefined
  const datadogSpanId = isContested ? datadogReader(carrier, getter) : undefined
  const selection = selectContext({ w3c, b3multi, b3single, tracestate, datadogSpanId }, options)
  const edge = options.edge === true
  const sendRequestId = requestIdHeader !== undefined && isSent(requestIdHeader, options)
  return {
    selection,
    decision: selection !== undefined || edge ? undefined : parseB3Decision(b3, { traceId, spanId, sampled, flags }),
    baggage: edge ? undefined : checkBaggage(baggageHeader),
    requestId: sendRequestId ? requestIdHeader : undefined,
    clientRequestId:
      requestIdHeader !== undefined && !sendRequestId && isSafeRequestId(requestIdHeader) ? requestIdHeader : undefined,
  }
}

/** Apart from `extract`: a function made there would keep all of its calls from being fast, for a rule that few requests ask. */
function datadogReader<Carrier>(carrier: Carrier, getter: HeaderGetter<Carrier>): () => string | undefined {
  return () => parseDatadogId(once(getter.get(carrier, 'x-datadog-parent-id')))
}

/** `''` for an empty header, which shows who wrote it. */
function readTracestate(header: string | undefined): string | undefined {
  const list = parseTracestate(header)
  return list === undefined && header !== undefined && isEmptyTracestate(header) ? '' : list
}

function isSent(requestId: string, { requestId: kind, edge }: ExtractOptions): boolean {
  if (edge === true && forcesTrace(requestId)) return false
  return isRequestId(requestId) || (kind === 'any' && isSafeRequestId(requestId))
}
