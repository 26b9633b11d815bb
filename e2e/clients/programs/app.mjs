import http from 'node:http'
import { clients } from './clients.mjs'

/** Reads a body by events and calls on, as programs do that know nothing of traces. */
const server = http.createServer((request, response) => {
  let bytes = 0
  request.on('data', (chunk) => (bytes += chunk.length))
  request.on('end', () => {
    const { pathname, searchParams } = new URL(request.url, 'http://app')
    clients[decodeURIComponent(pathname.slice(1))](searchParams.get('callee')).then(
      () => response.end(String(bytes)),
      (error) => response.writeHead(500).end(String(error.stack)),
    )
  })
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
