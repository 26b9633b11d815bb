import { carryHeaders, isCarriedHeader } from './formats/carried.ts'
import { carriedDatadogHeaders } from './formats/datadog.ts'
import { type ExtractOptions, extract } from './extract.ts'
import { type IdentityHeader, isPropagationHeader } from './headers.ts'
import { type Carrier, foreignNames, type IncomingHeaders, once, toCarrier } from './incoming.ts'
import { writeUnmarked } from './outgoing.ts'
import { type ForwardedHeaders, processState } from './process-state.ts'

/** Options of {@link forwardHeaders}. */
export interface ForwardOptions extends ExtractOptions {
  /**
   * Identity headers to forward anyway, for services that act on behalf of their caller. Every called service receives
   * them, so list only what each of them may know. Default: none.
   */
  readonly identityHeaders?: readonly IdentityHeader[] | undefined
}

/**
 * Forwards trace headers without an SDK: the chosen context is sent unchanged in both formats, beside `baggage`,
 * `x-request-id`, the headers of tracers that this package doesn't read (`carry` in the catalogue) and, where they name
 * that same context, `x-datadog-*`. Where the caller left the sampling decision open, `traceparent` and `x-b3-sampled`
 * are left out and the ids stay in `x-b3-*`.
 *
 * @returns headers to **set** on every outgoing call; empty if the request had none. They are valid for any input.
 */
export function forwardHeaders(incoming: IncomingHeaders, options: ForwardOptions = {}): Record<string, string> {
  const { identityHeaders = NONE, edge = false } = options
  const names = identityHeaders.length === 0 ? foreignNames(incoming) : undefined
  const carrier =
    names === undefined
      ? toCarrier(incoming, (name) => isPropagationHeader(name) || isCarried(name, identityHeaders))
      : (incoming as Carrier)
  const headers = identityOf(carrier, identityHeaders)
  const extracted = extract(carrier, carrierGetter, options)
  const selection = edge ? undefined : extracted?.selection
  if (selection !== undefined) {
    const { tracestate, isTaken, received } = selection
    const { traceId, spanId, sampled, random } = selection.context
    writeUnmarked({ traceId, spanId, sampled, random, tracestate, isTaken, received }, headers, recordSetter)
  }
  if (!edge) {
    Object.assign(headers, carriedDatadogHeaders(carrier, selection?.context))
    carryHeaders(carrier, names ?? Object.keys(carrier), headers)
  }
  if (extracted === undefined) return headers
  const { decision, baggage, requestId } = extracted
  if (decision !== undefined) headers['x-b3-sampled'] = decision ? '1' : '0'
  if (baggage !== undefined) headers['baggage'] = baggage
  if (requestId !== undefined) headers['x-request-id'] = requestId
  return headers
}

/** Runs `fn` so that {@link currentForwardHeaders} returns `headers` in it and in everything it starts. */
export function runWithForwardHeaders<T>(headers: ForwardedHeaders, fn: () => T): T {
  return processState.storage.run(headers, fn)
}

/** The headers of the current request; empty outside a request. */
export function currentForwardHeaders(): ForwardedHeaders {
  return processState.storage.getStore() ?? NO_HEADERS
}

function isCarried(name: string, identityHeaders: readonly string[]): boolean {
  return name.startsWith('x-datadog-') || isCarriedHeader(name) || identityHeaders.includes(name)
}

/** Values come from a peer, and the carrier may not have validated them. */
function identityOf(carrier: Carrier, names: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of names) {
    const value = once(carrier[name]) ?? joinedIdentity(name, carrier[name])
    if (value !== undefined && FIELD_VALUE.test(value)) headers[name] = value
  }
  return headers
}

/** Lists may be split (RFC 9110 §5.3, RFC 9113 §8.2.3); of two `authorization` headers, neither is certain. */
function joinedIdentity(name: string, values: string | readonly string[] | undefined): string | undefined {
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string')) return undefined
  if (name === 'cookie') return values.join('; ')
  return name.startsWith('x-forwarded-') ? values.join(', ') : undefined
}

const NONE: readonly string[] = []
/** RFC 9110 §5.5, without bytes past ASCII, and short enough for any server. */
const FIELD_VALUE = /^[\t -~]{1,8192}$/
const NO_HEADERS: ForwardedHeaders = Object.freeze({})
const carrierGetter = { get: (carrier: Carrier, name: string) => carrier[name] }
const recordSetter = {
  set: (carrier: Record<string, string>, name: string, value: string) => {
    carrier[name] = value
  },
}
