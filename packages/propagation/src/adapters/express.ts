import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ForwardOptions, forwardHeaders, runWithForwardHeaders } from '../forward.ts'
import { bindForwardHeaders } from './forward-scope.ts'

/** A middleware for Express, Connect and similar frameworks. */
export type ForwardMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Makes a middleware after which `currentForwardHeaders()` returns the headers that belong on outgoing calls, through
 * promises, timers and callbacks, and in every listener of request and response. Put it in front of every route. For
 * services without an SDK; an SDK that injects headers would be a second writer.
 */
export function createForwardMiddleware(options: ForwardOptions = {}): ForwardMiddleware {
  return (request, response, next) => {
    const headers = forwardHeaders(request.headers, options)
    bindForwardHeaders(headers, request, response)
    runWithForwardHeaders(headers, next)
  }
}
