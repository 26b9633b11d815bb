import { AsyncLocalStorage } from 'node:async_hooks'
import { type ExtractOptions, extract } from './extract.ts'
import { type IncomingHeaders, toCarrier } from './incoming.ts'
import { writeContext } from './outgoing.ts'

/** Options of {@link forwardHeaders}. */
export type ForwardOptions = ExtractOptions

/**
 * Carries trace headers on without an SDK: the chosen context goes out unchanged in both formats, beside `baggage` and
 * `x-request-id`. Where the caller left the sampling decision open, `traceparent` and `x-b3-sampled` are left out and
 * the ids stay in `x-b3-*`.
 *
 * @returns headers to **set** on every outgoing call; empty when the request brought none. Nothing in them is invalid,
 * whatever came in.
 */
export function forwardHeaders(incoming: IncomingHeaders, options: ForwardOptions = {}): Record<string, string> {
  const headers: Record<string, string> = {}
  const extracted = extract(toCarrier(incoming), carrierGetter, options)
  if (extracted === undefined) return headers
  const { selection, decision, baggage, requestId } = extracted
  if (selection !== undefined && options.edge !== true) {
    const { traceId, spanId, sampled, random } = selection.context
    writeContext({ traceId, spanId, sampled, random, tracestate: selection.tracestate }, headers, recordSetter)
  }
  if (decision !== undefined) headers['x-b3-sampled'] = decision ? '1' : '0'
  if (baggage !== undefined) headers['baggage'] = baggage
  if (requestId !== undefined) headers['x-request-id'] = requestId
  return headers
}

/** Runs `fn` so that {@link currentForwardHeaders} returns `headers` in it and in everything it starts. */
export function runWithForwardHeaders<T>(headers: Readonly<Record<string, string>>, fn: () => T): T {
  return storage.run(headers, fn)
}

/** The headers of the request that is being served; empty outside of one. */
export function currentForwardHeaders(): Readonly<Record<string, string>> {
  return storage.getStore() ?? NO_HEADERS
}

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({})
const storage = new AsyncLocalStorage<Readonly<Record<string, string>>>()
const carrierGetter = {
  get: (carrier: ReadonlyMap<string, string | readonly string[]>, name: string) => carrier.get(name),
}
const recordSetter = {
  set: (carrier: Record<string, string>, name: string, value: string) => {
    carrier[name] = value
  },
}
