import type { Carrier } from '../incoming.ts'
import { once } from '../incoming.ts'
import { hexPattern } from './hex.ts'

/** Visible ASCII. */
const VISIBLE = /^[!-~]{1,2048}$/
/** Visible ASCII and spaces between. */
const PRINTABLE = /^[!-~](?:[ -~]{0,2046}[!-~])?$/
const BASE64 = /^[A-Za-z0-9+/=_-]{1,2048}$/
/** Version 3: whether to sample, and trace, segment, span, service, instance, endpoint, address; the texts in Base64. */
const SW8 = /^[01]-[A-Za-z0-9+/=]{1,512}-[A-Za-z0-9+/=]{1,512}-\d{1,10}(?:-[A-Za-z0-9+/=]{1,512}){4}$/
const ELASTIC = new RegExp(`^00-${hexPattern(32)}-${hexPattern(16)}-${hexPattern(2)}$`)

/**
 * Headers of tracers that this package doesn't read, with what they may hold: they are forwarded unchanged where no SDK makes
 * spans, because the tracer that wrote them relies on the application for that.
 */
const FORMATS: ReadonlyMap<string, RegExp> = new Map([
  ['sw8', SW8],
  ['sw8-correlation', PRINTABLE],
  ['sw8-x', PRINTABLE],
  ['x-amzn-trace-id', PRINTABLE],
  ['x-ot-span-context', BASE64],
  ['x-cloud-trace-context', VISIBLE],
  ['grpc-trace-bin', BASE64],
  ['uber-trace-id', VISIBLE],
  ['elastic-apm-traceparent', ELASTIC],
])

/** Baggage of Jaeger's clients: each member is a header of its own. */
const JAEGER_BAGGAGE = /^uberctx-[!#$%&'*+.^_`|~0-9a-z-]{1,256}$/
const MAX_JAEGER_MEMBERS = 64

/** Whether a lower-case name is that of a header that {@link carryHeaders} may set. */
export function isCarriedHeader(name: string): boolean {
  return FORMATS.has(name) || JAEGER_BAGGAGE.test(name)
}

/**
 * Sets the headers of foreign tracers on `headers`, but for those that came twice or aren't valid.
 *
 * @param names those of the carrier that may be of such a header.
 */
export function carryHeaders(carrier: Carrier, names: readonly string[], headers: Record<string, string>): void {
  let members = 0
  for (const name of names) {
    if (!isCarriedHeader(name)) continue
    const value = once(carrier[name])
    const format = FORMATS.get(name)
    if (value === undefined || !(format ?? VISIBLE).test(value)) continue
    if (format === undefined && ++members > MAX_JAEGER_MEMBERS) continue
    headers[name] = value
  }
}
