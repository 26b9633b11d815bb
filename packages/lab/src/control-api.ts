import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { LabError, type LabErrorCode, messageOf } from './errors.ts'
import { isTracer, type Mesh, tracers } from './mesh.ts'

export interface ControlApiOptions {
  mesh: Mesh
  /** Default 0: the system chooses. */
  port?: number
  /** What callers must send as `authorization: Bearer <token>`, default 32 random bytes. */
  token?: string
}

export interface ControlApi extends AsyncDisposable {
  url: string
  token: string
  close: () => Promise<void>
}

const bodyLimit = 4096

const statusOf: Partial<Record<LabErrorCode, number>> = {
  TL_UNAUTHORIZED: 401,
  TL_NOT_FOUND: 404,
  TL_METHOD_NOT_ALLOWED: 405,
  TL_BAD_REQUEST: 400,
  TL_MESH_UPDATE_REJECTED: 502,
  TL_MESH_UPDATE_TIMEOUT: 504,
}

/**
 * What a page may do to the mesh: `GET /mesh/status`, `POST /mesh/allow`, `POST /mesh/deny` and `POST /mesh/tracer`.
 * Loopback only, and only with the token: any page in the user's browser can reach a loopback port. Each answers 200
 * with the mesh's status once the change is in force, or `{ code, message }`.
 */
export async function createControlApi(options: ControlApiOptions): Promise<ControlApi> {
  const { mesh, token = randomBytes(32).toString('hex') } = options
  const expected = digest(`Bearer ${token}`)

  const routes: Record<string, { method: string; run: (body: string) => Promise<void> }> = {
    '/mesh/status': { method: 'GET', run: async () => {} },
    '/mesh/allow': { method: 'POST', run: () => mesh.allow() },
    '/mesh/deny': { method: 'POST', run: () => mesh.deny() },
    '/mesh/tracer': { method: 'POST', run: (body) => mesh.tracing(parseTracer(body)) },
  }

  const answer = async (request: http.IncomingMessage): Promise<unknown> => {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      throw new LabError('TL_UNAUTHORIZED', 'this needs the token of the lab that serves it')
    }
    const path = request.url?.split('?', 1)[0] ?? ''
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    if (route === undefined) throw new LabError('TL_NOT_FOUND', 'there is no such path')
    if (request.method !== route.method) throw new LabError('TL_METHOD_NOT_ALLOWED', `use ${route.method}`)
    await route.run(await readBody(request))
    return await mesh.status()
  }

  const server = http.createServer((request, response) => {
    answer(request).then(
      (body) => send(response, { status: 200, body }),
      (error: unknown) => {
        const code = error instanceof LabError ? error.code : 'TL_INTERNAL'
        send(response, { status: statusOf[code] ?? 500, body: { code, message: messageOf(error) } })
      },
    )
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')

  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, token, close, [Symbol.asyncDispose]: close }
}

/** Equal lengths for the comparison, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  let body = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > bodyLimit) throw new LabError('TL_BAD_REQUEST', `the body is longer than ${bodyLimit} characters`)
  }
  return body
}

function parseTracer(body: string): (typeof tracers)[number] {
  let tracer: unknown
  try {
    tracer = (JSON.parse(body) as { tracer?: unknown } | null)?.tracer
  } catch {
    // Reported below, like any other body that names no tracer.
  }
  if (isTracer(tracer)) return tracer
  throw new LabError('TL_BAD_REQUEST', `the body must be {"tracer": one of ${tracers.join(', ')}}`)
}

function send(response: http.ServerResponse, { status, body }: { status: number; body: unknown }): void {
  if (response.destroyed) return
  // A body that was too long is not read to its end; the connection can't be used again.
  if (status === 400) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
