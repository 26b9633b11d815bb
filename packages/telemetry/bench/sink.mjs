// @ts-check
import { once } from 'node:events'
import http from 'node:http'
import { countSpans } from './count-spans.mjs'

/**
 * A collector that accepts everything, and counts its spans.
 * @param {{ port?: number, delayMs?: number | undefined }} [options] `delayMs`: what it takes to answer
 */
export async function startSink({ port = 0, delayMs = 0 } = {}) {
  let spans = 0
  const server = http.createServer((request, response) => {
    /** @type {Buffer[]} */
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      if (request.url === '/v1/traces') spans += countSpans(Buffer.concat(chunks))
      if (delayMs === 0) acknowledge(response)
      else setTimeout(acknowledge, delayMs, response)
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
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** @param {http.ServerResponse} response */
function acknowledge(response) {
  response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
}
