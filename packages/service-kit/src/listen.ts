import fs from 'node:fs'
import http, { type RequestListener } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { setImmediate as requestsRead, setTimeout as wait } from 'node:timers/promises'
import { type ConnectionLimits, type Connections, defaultLimits, followConnections } from './connections.ts'
import { ServiceError } from './errors.ts'

export interface ListenOptions {
  host: string
  /** 0 takes any free port. */
  port: number
  /** A unix socket instead of host and port, created with mode 0600. */
  socketPath?: string | undefined
  /** Bounds on connections and requests in progress; default by the files the process may open. */
  limits?: ConnectionLimits
}

export interface Listening {
  /** `http://host:port`, or `unix:/path`. */
  url: string
  /** From now on each answer ends its connection, so that clients reconnect elsewhere. Keeps accepting. */
  drain(): void
  /**
   * Drains, stops accepting, lets requests in flight finish, then ends what is left after `timeoutMs`. A connection
   * without a request is closed after half a second.
   * @returns the number of connections that were cut.
   */
  close(timeoutMs: number): Promise<number>
}

/**
 * An Envoy keeps upstream connections for an hour (`idle_timeout`). A server that closes them sooner, as Node does
 * after five seconds, occasionally closes one just as a request enters it, which the caller sees as a 503.
 */
const KEEP_ALIVE_MS = 3_660_000

/** A connection may be silent for this long during a request: longer than any answer takes to begin. */
const SILENT_MS = 120_000

/** Requests of one connection before it is closed: its client opens another. */
const MAX_REQUESTS_PER_SOCKET = 10_000

/** Time for an idle client to begin a request before its connection is closed. */
const IDLE_GRACE_MS = 500

/**
 * Listens and answers with `handler`.
 * @throws ServiceError `TL_PORT_IN_USE` or `TL_LISTEN`, naming the address and the variable to change.
 */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listening> {
  const server = http.createServer({ keepAliveTimeout: KEEP_ALIVE_MS })
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET
  server.setTimeout(SILENT_MS)
  const connections = followConnections(server, options.limits ?? defaultLimits())
  server.on('request', (request, response) => {
    if (connections.admit(request, response)) handler(request, response)
  })
  if (options.socketPath) await removeStaleSocket(options.socketPath)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(describe(error, options)))
    if (options.socketPath) listenOnSocket(server, options.socketPath, resolve)
    else server.listen(options.port, options.host, resolve)
  })
  return {
    url: urlOf(server),
    drain: connections.drain,
    close: (timeoutMs) => close(server, connections, timeoutMs),
  }
}

/** The umask is what makes the file 0600 from its first moment; a chmod after listening would leave a gap. */
function listenOnSocket(server: http.Server, socketPath: string, done: () => void): void {
  const previous = process.umask(0o177)
  try {
    server.listen(socketPath, done)
  } finally {
    process.umask(previous)
  }
}

async function close(server: http.Server, connections: Connections, timeoutMs: number): Promise<number> {
  let cut = 0
  connections.drain()
  // Not http.Server's close, which closes each idle connection at once, even as a request enters it.
  const closed = new Promise<void>((resolve) => net.Server.prototype.close.call(server, () => resolve()))
  const timer = setTimeout(() => {
    server.getConnections((_error, count) => {
      cut = count
      server.closeAllConnections()
    })
  }, timeoutMs)
  const idle = new AbortController()
  void closeIdle(connections, idle.signal)
  await closed
  clearTimeout(timer)
  idle.abort()
  return cut
}

/** Once its grace is over, closes each connection that has had no request for as long, until `signal` is aborted. */
async function closeIdle(connections: Connections, signal: AbortSignal): Promise<void> {
  await wait(IDLE_GRACE_MS, undefined, { signal }).catch(() => {})
  while (!signal.aborted) {
    // Timers run before arrived data is read: in a delayed process, requests may wait in the sockets.
    await requestsRead()
    connections.closeIdle(IDLE_GRACE_MS)
    await wait(50, undefined, { signal }).catch(() => {})
  }
}

/** A socket file without a listening process was left by a killed one. */
async function removeStaleSocket(socketPath: string): Promise<void> {
  if (!fs.existsSync(socketPath)) return
  if (!fs.lstatSync(socketPath).isSocket()) {
    throw new ServiceError('TL_LISTEN', `SOCKET_PATH=${socketPath} exists and is not a socket; choose another path`)
  }
  const answers = await new Promise<boolean>((resolve) => {
    const probe = net.connect(socketPath)
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false))
    probe.once('connect', () => probe.destroy())
  })
  if (answers) throw new ServiceError('TL_PORT_IN_USE', `SOCKET_PATH=${socketPath} is in use by another program`)
  fs.unlinkSync(socketPath)
}

function describe(error: NodeJS.ErrnoException, { host, port, socketPath }: ListenOptions): ServiceError {
  const where = socketPath ? `SOCKET_PATH=${socketPath}` : `HOST=${host} PORT=${port}`
  if (error.code === 'EADDRINUSE') {
    return new ServiceError('TL_PORT_IN_USE', `${where}: another program listens there; stop it or choose another`, {
      cause: error,
    })
  }
  return new ServiceError('TL_LISTEN', `${where}: cannot listen there (${error.code ?? error.message})`, {
    cause: error,
  })
}

function urlOf(server: http.Server): string {
  const address = server.address() as AddressInfo | string
  if (typeof address === 'string') return `unix:${address}`
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}
