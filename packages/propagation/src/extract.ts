import { parseB3Decision, parseB3Multi, parseB3Single } from './formats/b3.ts'
import { checkBaggage } from './formats/baggage.ts'
import { isRequestId, isSafeRequestId } from './formats/request-id.ts'
import { type Selection, type SelectOptions, selectContext } from './select.ts'
import { parseTracestate } from './formats/tracestate.ts'
import { parseTraceparent } from './formats/w3c.ts'

/** Reads headers off a carrier by lower-case name; OpenTelemetry's `TextMapGetter` is one. */
export interface HeaderGetter<Carrier> {
  get(carrier: Carrier, name: string): string | readonly string[] | undefined
}

/** Options of {@link extract}. */
export interface ExtractOptions extends SelectOptions {
  /** `any` also carries an `x-request-id` that is not a UUID. Default `uuid`. */
  readonly requestId?: 'uuid' | 'any' | undefined
  /**
   * For a service at the edge of what is trusted: the foreign trace is linked, not continued, and its baggage, debug
   * flag and sampling decision are dropped. Default false.
   */
  readonly edge?: boolean | undefined
}

/** What one request's headers say; every part has been checked. */
export interface Extracted {
  readonly selection: Selection | undefined
  /** A B3 sampling decision that came without ids. */
  readonly decision: boolean | undefined
  /** The `baggage` header as it goes on. */
  readonly baggage: string | undefined
  /** The `x-request-id` as it goes on. */
  readonly requestId: string | undefined
  /** An `x-request-id` that is not sent on but safe to log. */
  readonly clientRequestId: string | undefined
}

/**
 * Reads every header of the catalogue in one go. A header that may come once and comes more often is ambiguous and
 * counts as invalid (for `traceparent` see W3C Trace Context, test_traceparent_duplicated); `tracestate` and `baggage`
 * may come in parts and are joined. Never throws; time is linear in the length of the headers.
 *
 * @returns `undefined` when there is nothing to carry.
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

  const multi = {
    traceId,
    spanId: traceId === undefined ? undefined : once(getter.get(carrier, 'x-b3-spanid')),
    parentId: traceId === undefined ? undefined : once(getter.get(carrier, 'x-b3-parentspanid')),
    sampled,
    flags,
  }
  const w3c = parseTraceparent(traceparent)
  const tracestate = w3c === undefined ? undefined : joined(getter.get(carrier, 'tracestate'))
  const selection = selectContext(
    {
      w3c,
      b3multi: traceId === undefined ? undefined : parseB3Multi(multi, w3c),
      b3single: parseB3Single(b3),
      tracestate: parseTracestate(tracestate),
    },
    options,
  )
  const complete = multi.traceId !== undefined && multi.spanId !== undefined
  const edge = options.edge === true
  const sendRequestId = requestIdHeader !== undefined && isSent(requestIdHeader, options)
  return {
    selection,
    decision: selection !== undefined || complete || edge ? undefined : parseB3Decision(b3, multi),
    baggage: edge ? undefined : checkBaggage(baggageHeader),
    requestId: sendRequestId ? requestIdHeader : undefined,
    clientRequestId:
      requestIdHeader !== undefined && !sendRequestId && isSafeRequestId(requestIdHeader) ? requestIdHeader : undefined,
  }
}

function isSent(requestId: string, { requestId: kind }: ExtractOptions): boolean {
  return isRequestId(requestId) || (kind === 'any' && isSafeRequestId(requestId))
}

/** The value of a header that may come once. Node joins repeated ones with `, `, which no parser here accepts. */
function once(value: string | readonly string[] | undefined): string | undefined {
  if (typeof value === 'string' || value === undefined) return value
  return Array.isArray(value) && value.length === 1 && typeof value[0] === 'string' ? value[0] : undefined
}

/** The value of a header that may come in parts (RFC 9110 §5.3). */
function joined(value: string | readonly string[] | undefined): string | undefined {
  if (typeof value === 'string' || value === undefined) return value
  return Array.isArray(value) ? value.join(',') : undefined
}
