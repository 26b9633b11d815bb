import type { RequestListener } from 'node:http'

/** A server that answers these paths with JSON, and 404 elsewhere. */
export const answers =
  (bodies: Record<string, unknown>): RequestListener =>
  (request, response) => {
    const body = bodies[new URL(request.url ?? '', 'http://x').pathname]
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body ?? {}))
  }
