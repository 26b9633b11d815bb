import http from 'node:http'
import { text } from 'node:stream/consumers'

interface Call {
  readonly url: string
  readonly arguments: readonly unknown[]
}

/**
 * The service that the W3C Trace Context test suite talks to: takes POST with a JSON array of `{ url, arguments }`,
 * posts `arguments` to each `url` in turn, and answers when all have. It ignores trace headers, which are handled by
 * the SDK or the middleware around it.
 */
export const endpoint: http.RequestListener = (request, response) => {
  answer(request).then(
    () => response.writeHead(200, { 'content-type': 'application/json' }).end('null'),
    (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error)),
  )
}

async function answer(request: http.IncomingMessage): Promise<void> {
  for (const call of callsIn(await text(request))) await post(call)
}

function callsIn(body: string): readonly Call[] {
  const calls: unknown = body === '' ? [] : JSON.parse(body)
  return Array.isArray(calls) ? (calls as Call[]) : []
}

function post(call: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(call.url, { method: 'POST', headers: { 'content-type': 'application/json' } })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      response.resume()
      response.on('end', resolve)
    })
    outgoing.end(JSON.stringify(call.arguments))
  })
}
