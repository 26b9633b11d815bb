import http from 'node:http'
import { headersToSet, type OutgoingOptions } from './headers-to-set.ts'
import { protocolOf, urlOfRequest } from './http-url.ts'
import { type CallHeaders, mergeHeaders } from './merge-headers.ts'

export { mergeHeaders } from './merge-headers.ts'

/**
 * Makes a `request` function that sets the headers of the request that is being served on every call, replacing any of
 * the same name.
 *
 * @param base `http.request` (default), `http.get`, or the same of `node:https`.
 */
export function createForwardRequest(
  base: typeof http.request = http.request,
  options: OutgoingOptions = {},
): typeof http.request {
  const protocol = protocolOf(base)
  return (...call: unknown[]) => {
    const place = call[0] instanceof URL || typeof call[0] === 'string' ? 1 : 0
    const given = isOptions(call[place]) ? call[place] : {}
    const headers = headersToSet(() => urlOfRequest(call, protocol), options)
    if (headers.length > 0) {
      const merged = {
        ...given,
        headers: mergeHeaders(given.headers as CallHeaders, headers) as http.OutgoingHttpHeaders,
      }
      call.splice(place, isOptions(call[place]) ? 1 : 0, merged)
    }
    return base(...(call as Parameters<typeof http.request>))
  }
}

function isOptions(value: unknown): value is http.RequestOptions {
  return typeof value === 'object' && value !== null
}
