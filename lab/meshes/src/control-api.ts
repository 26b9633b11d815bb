import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { describeLacking, LabError, labErrors, messageOf } from '@throughline/lab-programs'
import { isFromOtherPage, isKnownHost } from '@throughline/trace-store'
import type { Breaker } from './breaker.ts'
import { isTracer, type Mesh, type ServiceStatus, tracers } from './mesh.ts'

export interface ControlApiOptions {
  mesh: Mesh
  /** The services that run beside the mesh; default none. */
  services?: (() => Promise<ServiceStatus[]>) | undefined
  /** Breaks traces on request; default: there is nothing to break. */
  breaker?: Breaker | undefined
  /** Address to listen on, default 127.0.0.1. */
  host?: string | undefined
  /** Default 0: the system chooses. */
  port?: number | undefined
  /** What callers must send as `authorization: Bearer <token>`, default 32 random bytes. */
  token?: string | undefined
  /** Names that a `Host` header may have besides those of this machine, default none. */
  allowedHosts?: readonly string[] | undefined
}

export interface ControlApi extends AsyncDisposable {
  url: string
  token: string
  close: () => Promise<void>
}

const BODY_LIMIT = 4096

const NO_BREAKER: Breaker = {
  status: () => ({ breaks: [], current: null, changing: false, error: null }),
  choose: (id) => {
    if (id !== null) throw new LabError('TL_CONTROL_BAD_REQUEST', `there is no break "${id}"`)
  },
  settled: async () => {},
}

/**
 * What a page may do to the mesh: `GET /mesh/status`, `POST /mesh/allow`, `POST /mesh/deny`, `POST /mesh/tracer` with
 * `{ tracer }`, `POST /mesh/set` with `{ name, value }` of one of its settings, `GET /mesh/breaks`, and `POST /mesh/break`
 * with `{ id }` of one of them, or null to repair. It listens on loopback by default,
 * and answers only callers that send the token, use a name of this machine and are not a page of another origin: any
 * page in the user's browser can reach a loopback port. A body must be declared as JSON. Each answers 200 with the
 * mesh's status and `services` once the change is in force, or `{ code, message }`; the last two answer at once, with the
 * status of the breaker.
 */
export async function createControlApi(options: ControlApiOptions): Promise<ControlApi> {
  const {
    mesh,
    services = async () => [],
    breaker = NO_BREAKER,
    allowedHosts = [],
    host = '127.0.0.1',
    token = randomBytes(32).toString('hex'),
  } = options
  const expected = digest(`Bearer ${token}`)

  const status = async (): Promise<unknown> => {
    const [ofMesh, running] = await Promise.all([mesh.status(), services()])
    return { ...ofMesh, services: running }
  }
  const routes: Record<string, { method: string; run: (body: string) => Promise<unknown> }> = {
    '/mesh/status': { method: 'GET', run: status },
    '/mesh/allow': { method: 'POST', run: () => mesh.allow().then(status) },
    '/mesh/deny': { method: 'POST', run: () => mesh.deny().then(status) },
    '/mesh/tracer': { method: 'POST', run: (body) => mesh.tracing(parseTracer(body)).then(status) },
    '/mesh/set': { method: 'POST', run: (body) => mesh.set(parseSetting(body)).then(status) },
    '/mesh/breaks': { method: 'GET', run: async () => breaker.status() },
    '/mesh/break': {
      method: 'POST',
      run: async (body) => {
        breaker.choose(parseBreak(body))
        return breaker.status()
      },
    },
  }

  const answer = async (request: http.IncomingMessage): Promise<unknown> => {
    if (!isKnownHost(request.headers.host ?? '', allowedHosts)) {
      throw new LabError('TL_CONTROL_HOST', 'the Host header is not a name of the control API; add it to ALLOWED_HOSTS')
    }
    if (isFromOtherPage(request)) {
      throw new LabError('TL_CONTROL_ORIGIN', 'the control API does not answer pages of other origins')
    }
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      throw new LabError('TL_CONTROL_UNAUTHORIZED', 'this needs the token of the lab that serves it')
    }
    const path = request.url?.split('?', 1)[0] ?? ''
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    if (route === undefined) throw new LabError('TL_CONTROL_NOT_FOUND', 'there is no such path')
    if (request.method !== route.method) throw new LabError('TL_CONTROL_METHOD', `use ${route.method}`)
    return route.run(await readBody(request))
  }

  const server = http.createServer((request, response) => {
    answer(request).then(
      (body) => send(response, { status: 200, body }),
      (thrown: unknown) => {
        const error = thrown instanceof LabError ? thrown : (describeLacking(thrown) ?? thrown)
        const code = error instanceof LabError ? error.code : 'TL_LAB_INTERNAL'
        send(response, { status: labErrors[code].status, body: { code, message: messageOf(error) } })
      },
    )
  })
  server.listen(options.port ?? 0, host)
  await once(server, 'listening')

  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const { port } = server.address() as AddressInfo
  return { url: `http://${host}:${port}`, token, close, [Symbol.asyncDispose]: close }
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
    if (body.length > BODY_LIMIT)
      throw new LabError('TL_CONTROL_TOO_LARGE', `the body is longer than ${BODY_LIMIT} characters`)
  }
  const type = request.headers['content-type'] ?? ''
  if (body !== '' && !/^application\/json(?:;|$)/i.test(type)) {
    throw new LabError('TL_CONTROL_BAD_REQUEST', 'the body must have the content type application/json')
  }
  return body
}

function parseTracer(body: string): (typeof tracers)[number] {
  const { tracer } = parseObject(body)
  if (isTracer(tracer)) return tracer
  throw new LabError('TL_CONTROL_BAD_REQUEST', `the body must be {"tracer": one of ${tracers.join(', ')}}`)
}

function parseSetting(body: string): { name: string; value: string } {
  const { name, value } = parseObject(body)
  if (typeof name === 'string' && typeof value === 'string') return { name, value }
  throw new LabError(
    'TL_CONTROL_BAD_REQUEST',
    'the body must be {"name": a setting of the mesh, "value": one of its choices}',
  )
}

function parseBreak(body: string): string | null {
  const { id } = parseObject(body)
  if (typeof id === 'string' || id === null) return id
  throw new LabError('TL_CONTROL_BAD_REQUEST', 'the body must be {"id": a break of /mesh/breaks, or null}')
}

/** Empty when it is not an object. */
function parseObject(body: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(body) as Record<string, unknown> | null) }
  } catch {
    return {}
  }
}

function send(response: http.ServerResponse, { status, body }: { status: number; body: unknown }): void {
  if (response.destroyed) return
  // A body that was too long is not read to its end; the connection can't be used again.
  if (status === 413) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
