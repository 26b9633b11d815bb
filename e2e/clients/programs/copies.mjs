import http from 'node:http'
import { createForwardListener } from '@throughline/propagation/http-server'

/** A program with two copies of the libraries: one listens or is a preload, and the other makes calls. */
const { calls, startTelemetry } = await import(process.env.COPY)
if (process.env.TELEMETRY === 'twice') await startTelemetry()
const serve = (incoming, response) => {
  const { pathname, searchParams } = new URL(incoming.url, 'http://app')
  calls[decodeURIComponent(pathname.slice(1))](searchParams.get('callee')).then(
    () => response.end('called'),
    (error) => response.writeHead(500).end(String(error.stack)),
  )
}
const server = http.createServer(process.env.TELEMETRY === 'twice' ? serve : createForwardListener(serve))
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
