import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server for one test, on a port of its own. */
export interface TestServer extends AsyncDisposable {
  readonly url: string
}

/** A server that answers `{}` and records the headers of every request as sent. */
export interface RecordingServer extends TestServer {
  readonly requests: readonly WireHeaders[]
}

/** Header lines of one request, in lower case and in their order. */
export type WireHeaders = readonly (readonly [name: string, value: string])[]

/** Listens on 127.0.0.1, on a free port unless one is given. */
export async function serve(listener: http.RequestListener, port = 0): Promise<TestServer> {
  const server = http.createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** See {@link RecordingServer}. */
export async function record(): Promise<RecordingServer> {
  const requests: WireHeaders[] = []
  const server = await serve((request, response) => {
    requests.push(wireHeaders(request.rawHeaders))
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
  return { ...server, requests, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** The values of one header of a request that was recorded. */
export function valuesOf(headers: WireHeaders | undefined, name: string): string[] {
  return (headers ?? []).filter(([key]) => key === name).map(([, value]) => value)
}

function wireHeaders(raw: readonly string[]): WireHeaders {
  const pairs: [string, string][] = []
  for (let at = 0; at < raw.length; at += 2) pairs.push([raw[at]?.toLowerCase() ?? '', raw[at + 1] ?? ''])
  return pairs
}
