import { formatB3TraceId } from './formats/b3.ts'
import { MARK, splitMark } from './mark.ts'
import { prependMember } from './formats/tracestate.ts'
import { formatTraceparent } from './formats/w3c.ts'

/** Sets one header on a carrier, replacing any existing one; OpenTelemetry's `TextMapSetter` is one. */
export interface HeaderSetter<Carrier> {
  set(carrier: Carrier, name: string, value: string): void
}

/** The context to send: ids are valid lower-case hex of 32 and 16 digits. */
export interface OutgoingContext {
  readonly traceId: string
  readonly spanId: string
  /** `undefined`: the decision is left to the receiver. */
  readonly sampled: boolean | undefined
  readonly random: boolean
  /** A list as `parseTracestate` returns it. */
  readonly tracestate: string | undefined
}

/**
 * Writes one context in both formats: `x-b3-traceid`, `x-b3-spanid`, `x-b3-sampled`, `traceparent`, and `tracestate`
 * with our mark in front. A `traceparent` always decides, so an undecided context goes out in `x-b3-*` alone. The `b3`
 * header is never written: Envoy leaves it unchanged, and an old one beats every other (see `headers.ts`).
 */
export function writeContext<Carrier>(context: OutgoingContext, carrier: Carrier, setter: HeaderSetter<Carrier>): void {
  const { others, isTaken } = splitMark(context.tracestate)
  writeUnmarked({ ...context, tracestate: others, isTaken }, carrier, setter)
}

/** A context to send, with its list of members. */
export interface UnmarkedContext extends OutgoingContext {
  /** Whether there is no room for our mark in the list, see {@link splitMark}. */
  readonly isTaken: boolean
  /**
   * The list to send unchanged, instead of `tracestate` and our mark: the one received with this span, which must not
   * change while the parent id does not (W3C Trace Context §3.3.1.5). `''` sends none.
   */
  readonly received?: string | undefined
}

/** The same for a `tracestate` that is known to have no mark. */
export function writeUnmarked<Carrier>(
  { traceId, spanId, sampled, random, tracestate = '', isTaken, received }: UnmarkedContext,
  carrier: Carrier,
  setter: HeaderSetter<Carrier>,
): void {
  setter.set(carrier, 'x-b3-traceid', formatB3TraceId(traceId))
  setter.set(carrier, 'x-b3-spanid', spanId)
  if (sampled === undefined) return
  setter.set(carrier, 'x-b3-sampled', sampled ? '1' : '0')
  setter.set(carrier, 'traceparent', formatTraceparent({ traceId, spanId, sampled, random }))
  const list = received ?? (isTaken ? tracestate : prependMember(MARK + spanId, tracestate))
  if (list !== '') setter.set(carrier, 'tracestate', list)
}
