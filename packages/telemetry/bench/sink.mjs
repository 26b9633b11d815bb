// @ts-check
import { once } from 'node:events'
import http from 'node:http'
import { decode } from '@msgpack/msgpack'
import { countSpans } from './count-spans.mjs'

/** @typedef {{ type?: string }[]} DatadogTrace */

/**
 * How each protocol is counted. Datadog's is a list of traces, each a list of spans; dd-trace sends some of its own calls
 * as well.
 * @type {Record<string, (body: Buffer) => number>}
 */
const COUNTERS = {
  '/v1/traces': countSpans,
  '/v0.4/traces': (body) =>
    /** @type {DatadogTrace[]} */ (decode(body))
      .filter((trace) => trace.some(({ type }) => type === 'web'))
      .reduce((sum, { length }) => sum + length, 0),
}

/** @typedef {{ path: string, body: Buffer }} Export what a process has sent */

/**
 * A collector and Datadog agent that accepts everything, and counts its spans.
 * @param {{ port?: number, delayMs?: number | undefined, keeps?: boolean }} [options] `delayMs`: what it takes to
 * answer; `keeps`: keeps what arrives until `takeExports`
 */
export async function startSink({ port = 0, delayMs = 0, keeps = false } = {}) {
  let spans = 0
  /** @type {Export[] | undefined} */
  let kept = keeps ? [] : undefined
  const server = http.createServer((request, response) => {
    /** @type {Buffer[]} */
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const path = request.url ?? ''
      const counter = COUNTERS[path]
      if (counter !== undefined) {
        const body = Buffer.concat(chunks)
        spans += counter(body)
        kept?.push({ path, body })
      }
      if (delayMs === 0) acknowledge(response, path)
      else setTimeout(acknowledge, delayMs, response, path)
    })
  })
  // A call must not meet a connection that is being closed.
  server.keepAliveTimeout = 0
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    /** Spans received since the start. */
    spans: () => spans,
    /** What has arrived so far, as it was sent; nothing is kept from then on. */
    takeExports() {
      const exports = kept ?? []
      kept = undefined
      return exports
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/**
 * @param {http.ServerResponse} response
 * @param {string} path
 */
function acknowledge(response, path) {
  if (path === '/v1/traces') response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  else response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
}
