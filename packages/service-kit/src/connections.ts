import fs from 'node:fs'
import type http from 'node:http'
import type net from 'node:net'

/** Bounds on the connections and requests of one server. */
export interface ConnectionLimits {
  /** Most connections; at one more, the connection that has been idle longest is closed. */
  connections: number
  /** Most requests in progress, over all connections. `/health` and below it are always answered. */
  requests: number
  /** Most requests of one connection in progress: requests that a client may send ahead of the answers (pipelining). */
  pipelined: number
}

/** The connections of one server. */
export interface Connections {
  /** Whether a request may be served. Any other has been answered with 503. */
  admit: (request: http.IncomingMessage, response: http.ServerResponse) => boolean
  /** From now on each answer ends its connection, including those of requests in progress. */
  drain: () => void
  /** Closes the connections that have had no request in progress for `ms`. */
  closeIdle: (ms: number) => void
}

interface State {
  inProgress: Set<http.ServerResponse>
  refused: boolean
  /** Requests after the refused one. */
  ignored: number
  /** When its last answer ended, or when it was opened. */
  idleSince: number
}

/**
 * As many connections as the process may have files for, and half of them for requests, so that there is always one
 * left for a probe. 1024 and 512 where nothing else bounds them.
 */
export function defaultLimits(maxFiles = readMaxFiles()): ConnectionLimits {
  const connections = Math.max(4, Math.min(1024, Math.floor(maxFiles / 2)))
  return { connections, requests: Math.ceil(connections / 2), pipelined: 32 }
}

/** `ulimit -n` of this process, if the system reports it. */
function readMaxFiles(): number {
  try {
    const limits = fs.readFileSync('/proc/self/limits', 'utf8')
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity)
  } catch {
    return Infinity
  }
}

/** Follows the connections of `server`. */
export function followConnections(server: http.Server, limits: ConnectionLimits): Connections {
  const states = new Map<net.Socket, State>()
  // Oldest first. A connection without any request is closed before one that had some, which clients keep on purpose.
  const unused = new Set<net.Socket>()
  const idle = new Set<net.Socket>()
  let requests = 0
  let draining = false

  const makeRoom = (): boolean => {
    const oldest = unused.values().next().value ?? idle.values().next().value
    oldest?.destroy()
    return oldest !== undefined
  }

  server.on('connection', (socket) => {
    if (states.size >= limits.connections && !makeRoom()) {
      socket.end(BUSY)
      return
    }
    const inProgress = new Set<http.ServerResponse>()
    states.set(socket, { inProgress, refused: false, ignored: 0, idleSince: performance.now() })
    unused.add(socket)
    socket.once('close', () => {
      states.delete(socket)
      unused.delete(socket)
      idle.delete(socket)
      // Node tells only the current response that its client has left, not those behind it.
      process.nextTick(() => {
        for (const response of inProgress) response.emit('close')
      })
    })
  })

  const follow = (socket: net.Socket, state: State, response: http.ServerResponse): void => {
    unused.delete(socket)
    idle.delete(socket)
    state.inProgress.add(response)
    requests += 1
    response.once('close', () => {
      state.inProgress.delete(response)
      requests -= 1
      if (state.inProgress.size > 0 || socket.destroyed) return
      state.idleSince = performance.now()
      idle.add(socket)
    })
  }

  return {
    admit(request, response) {
      const { socket } = request
      const state = states.get(socket)
      if (state === undefined) return false
      if (state.refused) {
        // Input read before the pause: a client may have sent a little by mistake.
        state.ignored += 1
        if (state.ignored > limits.pipelined) socket.destroy()
        return false
      }
      follow(socket, state, response)
      if (draining) response.setHeader('connection', 'close')
      const isBusy = requests > limits.requests && !/^\/health(\/|\?|$)/.test(request.url ?? '')
      if (!isBusy && state.inProgress.size <= limits.pipelined) return true
      // Nothing more is read from it: requests sent ahead would cost work, and their answers memory.
      state.refused = true
      socket.pause()
      if (requests > 2 * limits.requests) socket.destroy()
      else refuse(response)
      return false
    },
    drain() {
      draining = true
      for (const { inProgress } of states.values()) {
        for (const response of inProgress) if (!response.headersSent) response.setHeader('connection', 'close')
      }
    },
    closeIdle(ms) {
      const before = performance.now() - ms
      for (const [socket, { inProgress, idleSince }] of states) {
        if (inProgress.size === 0 && idleSince <= before) socket.destroy()
      }
    },
  }
}

const BODY = JSON.stringify({ code: 'TL_BUSY', message: 'as many requests are in progress as the service takes' })

/** The same as bytes, for a connection whose requests are not read. */
const BUSY = `HTTP/1.1 503 Service Unavailable\r
content-type: application/json\r
content-length: ${BODY.length}\r
retry-after: 1\r
connection: close\r
\r
${BODY}`

function refuse(response: http.ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' })
  response.end(BODY)
}
