import http from 'node:http'

/** A server that listens on the loopback address. */
export interface StartedServer extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  url: string
  port: number
  server: http.Server
  /** Closes the server and all its connections; safe to call again. */
  close: () => Promise<void>
}

/** Starts an http server on a port that the system chooses. An Express app is a handler too. */
export async function startServer(handler: http.RequestListener): Promise<StartedServer> {
  const server = http.createServer(handler)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server is not bound to a port')
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return closed
  }
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, server, close, [Symbol.asyncDispose]: close }
}
