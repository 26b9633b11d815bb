import http from 'node:http'
import type net from 'node:net'

export interface ListenOptions {
  host: string
  /** 0 lets the system choose. */
  port: number
  /** The port's purpose, for the error message about a busy port. */
  purpose: string
}

/** A server that listens. `close` ends it with all its connections; safe to call again. */
export interface ListeningServer {
  /** `http://host:port`, without a trailing slash. */
  origin: string
  close: () => Promise<void>
}

/** The port is in use by another program. `code` is `TL_PORT_IN_USE`. */
export class PortBusyError extends Error {
  override readonly name = 'PortBusyError'
  readonly code = 'TL_PORT_IN_USE'
  readonly host: string
  readonly port: number

  constructor({ host, port, purpose }: ListenOptions, options?: ErrorOptions) {
    super(`port ${port} on ${host}, needed for ${purpose}, is in use by another program`, options)
    this.host = host
    this.port = port
  }
}

/** The origin of a listening server, an IPv6 address in brackets (RFC 3986 §3.2.2). */
export function formatOrigin(bound: net.AddressInfo | string | null): string {
  if (bound === null || typeof bound === 'string') throw new TypeError('the server is not bound to an IP port')
  return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`
}

/** Most connections to one port; more are closed at once. */
const MAX_CONNECTIONS = 512

/** A connection ends after this many requests, which bounds one that sends them without reading answers. */
const MAX_REQUESTS_PER_SOCKET = 1000

/** How long a connection may neither send nor read a byte, in ms. */
const STALLED_MS = 30_000

/** Starts a server; see {@link startServer} for errors. */
export async function listen(listener: http.RequestListener, options: ListenOptions): Promise<ListeningServer> {
  const server = http.createServer(
    { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 75_000 },
    listener,
  )
  server.maxConnections = MAX_CONNECTIONS
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET
  server.setTimeout(STALLED_MS)
  return startServer(server, options, () => server.closeAllConnections())
}

/**
 * Binds a server. Rejects with a PortBusyError if the port is in use, else with Node's error.
 *
 * @param endConnections ends the connections that are open, which `close` would otherwise wait for.
 */
export async function startServer(
  server: net.Server,
  options: ListenOptions,
  endConnections: () => void,
): Promise<ListeningServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortBusyError(options, { cause: error }) : error)
    })
    server.listen(options.port, options.host, resolve)
  })
  let closed: Promise<void> | undefined
  return {
    origin: formatOrigin(server.address()),
    close: () => {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve())
        endConnections()
      })
      return closed
    },
  }
}
