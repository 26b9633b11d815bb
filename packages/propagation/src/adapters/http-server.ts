import type { RequestListener } from 'node:http'
import { type ForwardOptions, forwardHeaders } from '../forward.ts'
import { processState } from '../process-state.ts'
import { bindForwardHeaders } from './forward-scope.ts'

export { bindForwardHeaders, bindForwardServer } from './forward-scope.ts'

/**
 * Wraps the listener of a `node:http` (or https, or http2 compatible) server, so that `currentForwardHeaders()` returns
 * the headers that belong on outgoing calls while it serves a request, in every listener of request and response too.
 * For services without an SDK.
 */
export function createForwardListener(listener: RequestListener, options: ForwardOptions = {}): RequestListener {
  return (request, response) => {
    const headers = forwardHeaders(request.headers, options)
    bindForwardHeaders(headers, request, response)
    processState.storage.run(headers, listener, request, response)
  }
}
