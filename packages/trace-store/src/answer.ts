import type http from 'node:http'

import { RequestError, describeCause } from './request-error.ts'

/** What a route answers. An empty body has no content type. */
export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string | Uint8Array
}

/** Answers one request, or throws a RequestError. */
export type Route = (request: http.IncomingMessage, url: URL) => Answer | Promise<Answer>

/** An answer with a JSON body. */
export const jsonAnswer = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** An error as JSON, where the protocol asks for nothing else: `{ code: 'TL_…', message }`. */
export const formatPlainError = (error: RequestError): Answer =>
  jsonAnswer(error.status, { code: error.code, message: error.message })

/** Any error as one that has a code and a status: what nobody planned for is a 500. */
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
  /** How this port tells an error. */
  formatError: (error: RequestError, request: http.IncomingMessage) => Answer
  /** Methods of every route here; the answer to another names them in `allow`. */
  methods: readonly string[]
}

/** Turns a route into a request listener that never throws and answers every error. */
export function createListener(route: Route, options: ListenerOptions): http.RequestListener {
  const { formatError, methods } = options
  const answer = async (request: http.IncomingMessage): Promise<Answer> => {
    try {
      // The base only completes the path; a request target that is no URL at all has no route.
      const url = URL.canParse(request.url ?? '', 'http://store')
        ? new URL(request.url ?? '', 'http://store')
        : undefined
      if (url === undefined) throw new RequestError('TL_TRACE_NO_ROUTE', 'the request target is not a path')
      return await route(request, url)
    } catch (error) {
      const known = toRequestError(error)
      const { headers, ...rest } = formatError(known, request)
      return { ...rest, headers: { ...headers, ...(known.status === 405 ? { allow: methods.join(', ') } : {}) } }
    }
  }
  const handle = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const { status, headers = {}, body = '' } = await answer(request)
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
  return (request, response) => void handle(request, response)
}
