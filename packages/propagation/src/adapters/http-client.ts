import http from 'node:http'
import { runWithheld } from './call-rules.ts'
import { headersToSet, type OutgoingOptions } from './headers-to-set.ts'
import { protocolOf, urlOfRequest } from './http-url.ts'
import { withRequestHeaders } from './request-arguments.ts'

export { urlOfRequest } from './http-url.ts'
export { requestOptionsOf, withRequestHeaders } from './request-arguments.ts'

type Arguments = Parameters<typeof http.request>

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
    const headers = headersToSet(() => urlOfRequest(call, protocol), options)
    if (headers === undefined) return runWithheld(() => base(...(call as Arguments)))
    return base(...((headers.length > 0 ? withRequestHeaders(call, headers) : call) as Arguments))
  }
}
