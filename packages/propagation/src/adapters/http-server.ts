import type { RequestListener } from 'node:http'
import { type ForwardOptions, forwardHeaders, runWithForwardHeaders } from '../forward.ts'

/**
 * Wraps the listener of a `node:http` (or https, or http2 compatible) server, so that `currentForwardHeaders()` returns
 * the headers that belong on outgoing calls while it serves a request. For services without an SDK.
 */
export function createForwardListener(listener: RequestListener, options: ForwardOptions = {}): RequestListener {
  return (request, response) => {
    runWithForwardHeaders(forwardHeaders(request.headers, options), () => listener(request, response))
  }
}
