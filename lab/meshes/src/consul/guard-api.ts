import { once } from 'node:events'
import http from 'node:http'
import { isFromOtherPage, isKnownHost } from '@throughline/trace-store'

export interface GuardOptions {
  /** Where the agent's API is, which only this process should reach. */
  api: { socketPath: string } | { host: string; port: number }
  /** Addresses to listen on. */
  hosts: readonly string[]
  port: number
  /** Names that a `Host` header may have besides those of this machine. */
  allowedHosts: readonly string[]
}

/**
 * Serves the API and the pages of a Consul agent unchanged, except to browsers that call from a page of another origin
 * or by a name that is not this machine's. Consul without ACLs accepts rules from any page, by a POST that needs no
 * preflight.
 */
export async function guardApi({ api, hosts, port, allowedHosts }: GuardOptions): Promise<AsyncDisposable> {
  const servers: http.Server[] = []
  const close = async (): Promise<void> => {
    for (const server of servers.splice(0)) {
      server.close()
      server.closeAllConnections()
    }
  }
  try {
    for (const host of hosts) {
      const server = http.createServer((request, response) => {
        if (!isKnownHost(request.headers.host ?? '', allowedHosts))
          refuse(response, 'the Host header is not a name of this machine')
        else if (isFromOtherPage(request)) refuse(response, 'a page of another origin may not use this')
        else forward(request, response, api)
      })
      servers.push(server)
      server.listen(port, host)
      await once(server, 'listening')
    }
  } catch (error) {
    await close()
    throw error
  }
  return { [Symbol.asyncDispose]: close }
}

function forward(request: http.IncomingMessage, response: http.ServerResponse, api: GuardOptions['api']): void {
  const { method, url, headers } = request
  const upstream = http.request({ ...api, method, path: url, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    answer.once('error', () => response.destroy())
  })
  upstream.once('error', () => {
    if (response.headersSent) response.destroy()
    else response.writeHead(502).end('Consul does not answer')
  })
  // A client that disconnects ends its long poll.
  response.once('close', () => upstream.destroy())
  request.pipe(upstream)
}

function refuse(response: http.ServerResponse, why: string): void {
  response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' }).end(why)
}
