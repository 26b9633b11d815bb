import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ForwardOptions, forwardHeaders, runWithForwardHeaders } from '../forward.ts'

/** A middleware as Express, Connect and their kin take it. */
export type ForwardMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Makes a middleware after which `currentForwardHeaders()` returns the headers that belong on outgoing calls, through
 * promises, timers and callbacks. Put it in front of every route. For services without an SDK; beside one that writes
 * headers itself there would be two writers.
 */
export function createForwardMiddleware(options: ForwardOptions = {}): ForwardMiddleware {
  return (request, _response, next) => {
    runWithForwardHeaders(forwardHeaders(request.headers, options), () => next())
  }
}
