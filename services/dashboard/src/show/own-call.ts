import http from 'node:http'

/** Longer than any call to counting may take by default; the answer is discarded. */
const TIMEOUT_MS = 60_000

export interface OwnCall {
  /** `http://host:port` of this app for a caller on this machine; undefined on a socket. */
  origin: string | undefined
  /** Makes one request; the answer is discarded, and so is a failure. */
  send: (path: string, headers: Record<string, string>) => Promise<void>
}

/**
 * The dashboard's calls to itself, over loopback. The incoming request is traced like any other. The outgoing side
 * must run untraced, without a span and trace headers, so that the trace begins with the dashboard's server span.
 *
 * @param listening `http://host:port` or `unix:/path`, as the service reports it
 */
export function createOwnCall(listening: string): OwnCall {
  if (listening.startsWith('unix:')) {
    const socketPath = listening.slice('unix:'.length)
    return {
      origin: undefined,
      send: (path, headers) =>
        new Promise((resolve) => {
          const request = http.get({ socketPath, path, headers, timeout: TIMEOUT_MS }, (answer) => {
            answer.resume().once('close', resolve)
          })
          request.once('timeout', () => request.destroy()).once('error', () => resolve())
        }),
    }
  }
  const origin = reachable(listening)
  return {
    origin,
    async send(path, headers) {
      try {
        const answer = await fetch(`${origin}${path}`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
        await answer.arrayBuffer()
      } catch {
        // The request itself is in the history and in the log.
      }
    },
  }
}

/** "All addresses" cannot be called; loopback is one of them. */
function reachable(listening: string): string {
  const url = new URL(listening)
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  return url.origin
}
