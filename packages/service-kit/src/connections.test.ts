import { once } from 'node:events'
import http, { type RequestListener } from 'node:http'
import net from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { type ConnectionLimits, defaultLimits } from './connections.ts'
import { listen } from './listen.ts'

const small: ConnectionLimits = { connections: 8, requests: 4, pipelined: 2 }

async function serve(handler: RequestListener, limits = small) {
  const listening = await listen(handler, { host: '127.0.0.1', port: 0, limits })
  const port = Number(new URL(listening.url).port)
  return { ...listening, port, [Symbol.asyncDispose]: async () => void (await listening.close(0)) }
}

/** A connection that collects its input. */
async function connect(port: number) {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {})
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  await once(socket, 'connect')
  return {
    socket,
    text: () => text,
    closed: new Promise((resolve) => socket.once('close', resolve)),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`

async function fetchStatus(port: number, path: string, agent?: http.Agent) {
  const request = http.get({ host: '127.0.0.1', port, path, agent: agent ?? false })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.resume()
  await once(response, 'end')
  return { status: response.statusCode, headers: response.headers }
}

/** A handler that answers `/health`, and everything else when it is released. */
function holdingHandler() {
  const held: http.ServerResponse[] = []
  const handler: RequestListener = (request, response) => {
    if (request.url === '/health') response.end('ok')
    else held.push(response)
  }
  return { handler, held, release: () => held.splice(0).forEach((response) => response.end('done')) }
}

describe('requests in progress', () => {
  it('are bounded on a connection that sends 20,000 at once, while /health is answered', async () => {
    const { handler, held } = holdingHandler()
    await using server = await serve(handler)
    using flood = await connect(server.port)
    flood.socket.write(get('/').repeat(20_000))
    await expect.poll(() => held.length).toBe(2)
    expect((await fetchStatus(server.port, '/health')).status).toBe(200)
    expect(held).toHaveLength(2)
  })

  it('are answered in order before a connection that sent too many ahead is closed with 503', async () => {
    const { handler, held, release } = holdingHandler()
    await using server = await serve(handler)
    using client = await connect(server.port)
    client.socket.write(get('/').repeat(3))
    await expect.poll(() => held.length).toBe(2)
    release()
    await client.closed
    expect(client.text().match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 503'])
    expect(client.text()).toMatch(/retry-after: 1\r\n[^{]*\{"code":"TL_BUSY"/)
  })

  it('that wait behind another end when their client disconnects', async () => {
    const { handler, held } = holdingHandler()
    let closed = 0
    await using server = await serve((request, response) => {
      response.once('close', () => (closed += 1))
      handler(request, response)
    })
    for (let round = 1; round <= 4; round += 1) {
      using client = await connect(server.port)
      client.socket.write(get('/').repeat(2))
      await expect.poll(() => held.length).toBe(2 * round)
      client.socket.destroy()
      await expect.poll(() => closed).toBe(2 * round)
    }
  })

  it('are bounded over all connections: one too many is answered 503 at once, /health 200', async () => {
    const { handler, held, release } = holdingHandler()
    await using server = await serve(handler)
    const waiting = Array.from({ length: 4 }, () => fetchStatus(server.port, '/'))
    await expect.poll(() => held.length).toBe(4)
    const refused = await fetchStatus(server.port, '/')
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
    expect((await fetchStatus(server.port, '/health')).status).toBe(200)
    release()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const next = fetchStatus(server.port, '/')
    await expect.poll(() => held.length).toBe(1)
    release()
    expect((await next).status).toBe(200)
  })
})

describe('connections', () => {
  it('without any request are closed first when there are too many', async () => {
    await using server = await serve((_request, response) => response.end('ok'))
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    await fetchStatus(server.port, '/', agent)
    const silent = []
    for (let count = 0; count < 30; count += 1) silent.push(await connect(server.port))
    await silent[0]?.closed
    // On the connection it had: the agent has no other.
    expect((await fetchStatus(server.port, '/', agent)).status).toBe(200)
    for (const { socket } of silent) socket.destroy()
    agent.destroy()
  })

  it('that are idle are closed next, the longest idle first', async () => {
    await using server = await serve((_request, response) => response.end('ok'))
    const idle = []
    for (let count = 0; count < 9; count += 1) {
      const client = await connect(server.port)
      client.socket.write(get('/'))
      await expect.poll(() => client.text()).toContain('ok')
      idle.push(client)
    }
    await idle[0]?.closed
    expect(idle[1]?.socket.destroyed).toBe(false)
    for (const { socket } of idle) socket.destroy()
  })

  it('get a 503 when all others are in use', async () => {
    const { handler, held } = holdingHandler()
    await using server = await serve(handler, { ...small, requests: 100 })
    const busy = Array.from({ length: 8 }, () => fetchStatus(server.port, '/').catch(() => {}))
    await expect.poll(() => held.length).toBe(8)
    using refused = await connect(server.port)
    await refused.closed
    expect(refused.text()).toMatch(/^HTTP\/1.1 503 [^{]+retry-after: 1\r\n[^{]*\{"code":"TL_BUSY"/)
    for (const response of held) response.end()
    await Promise.all(busy)
  })

  it('are by default half of the files the process may open, 1024 at most', () => {
    expect(defaultLimits(256)).toMatchObject({ connections: 128, requests: 64 })
    expect(defaultLimits(1_048_576)).toMatchObject({ connections: 1024, requests: 512 })
    expect(defaultLimits().connections).toBeGreaterThan(0)
  })
})

describe('a server that drains', () => {
  it('ends the connection of a request in progress with its answer, and keeps accepting', async () => {
    const { handler, held, release } = holdingHandler()
    await using server = await serve(handler)
    const agent = new http.Agent({ keepAlive: true })
    const answer = fetchStatus(server.port, '/', agent)
    await expect.poll(() => held.length).toBe(1)
    server.drain()
    release()
    expect((await answer).headers.connection).toBe('close')
    expect((await fetchStatus(server.port, '/health', agent)).headers.connection).toBe('close')
    agent.destroy()
  })

  it.each([
    ['never sends a byte', '', ''],
    ['never ends its headers', 'GET / HTTP/1.1\r\nhost: a\r\n', ''],
    ['has its answer and keeps the connection', get('/'), 'ok'],
  ])('is not held by a connection that %s', async (_, sent, answer) => {
    const server = await serve((_request, response) => response.end('ok'))
    using client = await connect(server.port)
    client.socket.write(sent)
    await expect.poll(() => client.text()).toContain(answer)
    const before = performance.now()
    expect(await server.close(30_000)).toBe(0)
    expect(performance.now() - before).toBeLessThan(5000)
  })

  it('leaves a client that has been idle for long as much time as any other', async () => {
    const server = await serve((_request, response) => response.end('ok'))
    using client = await connect(server.port)
    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() - 60_000)
    client.socket.write(get('/'))
    await expect.poll(() => client.text()).toContain('ok')
    now.mockRestore()
    const before = performance.now()
    const closed = server.close(30_000)
    await client.closed
    expect(performance.now() - before).toBeGreaterThan(450)
    expect(await closed).toBe(0)
  })

  it('leaves an idle client time to send a request, and answers it', async () => {
    const server = await serve((_request, response) => response.end('ok'))
    using client = await connect(server.port)
    const closed = server.close(30_000)
    client.socket.write(get('/'))
    await client.closed
    expect(client.text()).toMatch(/^HTTP\/1.1 200 [^]*connection: close[^]*ok$/i)
    expect(await closed).toBe(0)
  })
})
