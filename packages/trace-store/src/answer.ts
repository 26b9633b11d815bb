import type http from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { checkAccess } from './access.ts'
import { RequestError, describeCause } from './request-error.ts'

/**
 * The answer of a route. An empty body has no content type. A body in pieces is produced as fast as the client reads
 * it; `done` runs when the last piece was sent or the client disconnected.
 */
export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string | Uint8Array | Iterable<string>
  done?: () => void
}

/** Answers one request, or throws a RequestError. */
export type Route = (request: http.IncomingMessage, url: URL) => Answer | Promise<Answer>

/** An answer with a JSON body. */
export const jsonAnswer = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** An error as JSON, if the protocol requires no other form: `{ code: 'TL_…', message }`. */
export const formatPlainError = (error: RequestError): Answer =>
  jsonAnswer(error.status, { code: error.code, message: error.message })

/** Any error as one that has a code and a status: an unplanned one is a 500. */
const toRequestError = (error: unknown): RequestError =>
  error instanceof RequestError
    ? error
    : new RequestError('TL_TRACE_INTERNAL', `the request could not be handled: ${describeCause(error)}`, {
        cause: error,
      })

/** Throws a RequestError (405) unless the request uses one of `methods`. */
export function requireMethod(request: http.IncomingMessage, methods: readonly string[]): void {
  if (!methods.includes(request.method ?? '')) {
    throw new RequestError('TL_TRACE_METHOD', `use ${methods.join(' or ')}`)
  }
}

export interface ListenerOptions {
  /** The form of an error on this port. */
  formatError: (error: RequestError, request: http.IncomingMessage) => Answer
  /** Methods of every route here; the answer to another names them in `allow`. */
  methods: readonly string[]
  /** Names that a Host header may have, besides those of this machine. */
  allowedHosts: readonly string[]
}

/** Turns a route into a request listener that never throws and answers every error. */
export function createListener(route: Route, options: ListenerOptions): http.RequestListener {
  const { formatError, methods, allowedHosts } = options
  const answer = async (request: http.IncomingMessage): Promise<Answer> => {
    try {
      checkAccess(request, allowedHosts)
      // The base only completes the path; an invalid URL has no route.
      const url = URL.canParse(request.url ?? '', 'http://store')
        ? new URL(request.url ?? '', 'http://store')
        : undefined
      if (url === undefined) throw new RequestError('TL_TRACE_NO_ROUTE', 'the request target is not a path')
      return await route(request, url)
    } catch (error) {
      const known = toRequestError(error)
      const { headers, ...rest } = formatError(known, request)
      const allow = known.status === 405 ? { allow: methods.join(', ') } : {}
      const retry = known.status === 503 ? { 'retry-after': '1' } : {}
      return { ...rest, headers: { ...headers, ...allow, ...retry } }
    }
  }
  const handle = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const { status, headers = {}, body = '', done } = await answer(request)
    try {
      if (typeof body === 'string' || body instanceof Uint8Array) {
        response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
        response.end(request.method === 'HEAD' ? undefined : body)
      } else {
        response.writeHead(status, headers)
        await pipeline(Readable.from(request.method === 'HEAD' ? [] : body), response)
      }
    } catch {
      // The client disconnected before the end of its answer, or was too slow.
    } finally {
      done?.()
    }
  }
  return (request, response) => void handle(request, response)
}
