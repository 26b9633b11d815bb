import http from 'node:http'

/** Longer than any call to counting may take by default; the answer itself is not needed. */
const TIMEOUT_MS = 60_000

/**
 * Calls of the dashboard to itself, over loopback: an ordinary request that is traced as any other, on the way in. On the
 * way out it is not: nothing here adds a span or a header, so its trace begins with the dashboard's server span.
 *
 * `fetch`, because no instrumentation of ours is on it, and stock instrumentation is on `node:http`.
 *
 * @param listening `http://host:port` or `unix:/path`, as the service reports it
 */
export function createOwnCall(listening: string): (path: string, headers: Record<string, string>) => Promise<void> {
  if (listening.startsWith('unix:')) {
    const socketPath = listening.slice('unix:'.length)
    return (path, headers) =>
      new Promise((resolve) => {
        const request = http.get({ socketPath, path, headers, timeout: TIMEOUT_MS }, (answer) => {
          answer.resume().once('close', resolve)
        })
        request.once('timeout', () => request.destroy()).once('error', () => resolve())
      })
  }
  const origin = reachable(listening)
  return async (path, headers) => {
    try {
      const answer = await fetch(`${origin}${path}`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
      await answer.arrayBuffer()
    } catch {
      // The request itself is in the history and the log; that its caller was cut off is no news.
    }
  }
}

/** "All addresses" is nobody's address: loopback is one of them. */
function reachable(listening: string): string {
  const url = new URL(listening)
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  return url.origin
}
