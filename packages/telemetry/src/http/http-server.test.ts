import http from 'node:http'
import net from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AlwaysOffSampler, AlwaysOnSampler } from '@opentelemetry/sdk-trace'
import { pollUntil, startServer } from '@throughline/lab-testkit'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startInMemorySdk, type InMemorySdk } from '../in-memory-sdk.test-support.ts'
import { request } from './request.test-support.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`

const activeTraceId = (): string | undefined => trace.getSpanContext(context.active())?.traceId

describe('server spans', () => {
  let sdk: InMemorySdk

  beforeEach(() => {
    sdk = startInMemorySdk({ shouldTrace: ({ path }) => path !== '/health' })
  })
  afterEach(() => sdk[Symbol.asyncDispose]())

  it('has one span per request, named after the route, with the stable attributes', async () => {
    await using app = await startServer(express().get('/items/:id', (_req, res) => void res.json({})))
    const headers = { traceparent: TRACEPARENT, 'user-agent': 'probe/1' }
    await request(`${app.url}/items/42?full=1&sig=secret`, { headers })

    expect(sdk.spans()).toHaveLength(1)
    const [span] = sdk.spans()
    expect(span).toMatchObject({
      name: 'GET /items/:id',
      kind: SpanKind.SERVER,
      status: { code: SpanStatusCode.UNSET },
    })
    expect(span?.spanContext().traceId).toBe(TRACE_ID)
    expect(span?.parentSpanContext?.spanId).toBe(PARENT_ID)
    expect(span?.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/items/:id',
      'url.path': '/items/42',
      'url.query': 'full=1&sig=REDACTED',
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'server.port': app.port,
      'client.address': '127.0.0.1',
      'network.peer.address': '127.0.0.1',
      'network.peer.port': expect.any(Number),
      'network.protocol.version': '1.1',
      'user_agent.original': 'probe/1',
    })
  })

  it('names the route below its router, even when an error handler above it answers', async () => {
    const router = express
      .Router()
      .get('/count', (_req, res) => void res.json({}))
      .get('/fail/:id', () => {
        throw new Error('broken on purpose')
      })
    const app = express().use('/api/v1', router)
    app.use((_error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.status(500).json({})
    })
    await using served = await startServer(app)
    await request(`${served.url}/api/v1/count`)
    await request(`${served.url}/api/v1/fail/7`)
    expect(sdk.spans().map((span) => span.name)).toEqual(['GET /api/v1/count', 'GET /api/v1/fail/:id'])
  })

  it('treats a 5xx as the server’s error, but not a 404, which has no route', async () => {
    await using app = await startServer(express().get('/broken', (_req, res) => void res.status(503).end()))
    await request(`${app.url}/broken`)
    await request(`${app.url}/missing`)
    const [broken, missing] = sdk.spans()
    expect(broken?.status.code).toBe(SpanStatusCode.ERROR)
    expect(broken?.attributes).toMatchObject({ 'error.type': '503', 'http.response.status_code': 503 })
    expect(missing?.status.code).toBe(SpanStatusCode.UNSET)
    expect(missing?.name).toBe('GET')
    expect(missing?.attributes).toMatchObject({ 'http.response.status_code': 404 })
    expect(missing?.attributes).not.toHaveProperty('error.type')
    expect(missing?.attributes).not.toHaveProperty('http.route')
  })

  it('keeps an unknown method out of the span name', async () => {
    await using app = await startServer((_req, res) => res.end())
    await request(app.url, { method: 'PURGE' })
    expect(sdk.spans()[0]?.name).toBe('HTTP')
    expect(sdk.spans()[0]?.attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PURGE',
    })
  })

  it('links the trace that it did not choose', async () => {
    await using app = await startServer((_req, res) => res.end())
    const headers = { traceparent: TRACEPARENT, b3: `${'5'.repeat(32)}-${'6'.repeat(16)}-1` }
    await request(app.url, { headers })
    expect(sdk.spans()[0]?.spanContext().traceId).toBe(TRACE_ID)
    expect(sdk.spans()[0]?.links.map((link) => link.context.traceId)).toEqual(['5'.repeat(32)])
  })

  it('ends the span of a request whose client has disconnected', async () => {
    let requests = 0
    await using app = await startServer(() => (requests += 1))
    const client = http.get(app.url).on('error', () => {})
    await pollUntil(() => requests === 1, { what: 'the requests to arrive' })
    expect(sdk.spans()).toHaveLength(0)
    client.destroy()
    await pollUntil(() => sdk.spans().length === 1, { what: 'the spans to end' })
    expect(sdk.spans()[0]?.attributes['error.type']).toBe('aborted')
    expect(sdk.spans()[0]?.status.code).toBe(SpanStatusCode.UNSET)
  })

  it('ends every span of a pipelined connection that closes', async () => {
    let requests = 0
    await using app = await startServer(() => (requests += 1))
    const socket = net.connect(app.port, '127.0.0.1')
    socket.write(
      'GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\n\r\nGET /3 HTTP/1.1\r\nhost: a\r\n\r\n',
    )
    await pollUntil(() => requests === 3, { what: 'the requests to arrive' })
    socket.destroy()
    await pollUntil(() => sdk.spans().length === 3, { what: 'the spans to end' })
    expect(sdk.spans().map((span) => span.attributes['url.path'])).toEqual(['/1', '/2', '/3'])
  })

  it('has no span for or below a refused request, nor the previous request’s context', async () => {
    const traceIds: (string | undefined)[] = []
    await using app = await startServer((_req, res) => {
      traceIds.push(activeTraceId())
      trace.getTracer('inner').startSpan('inner').end()
      res.end()
    })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const headers = { traceparent: TRACEPARENT }
    await request(`${app.url}/traced`, { headers, agent })
    await request(`${app.url}/health?x`, { headers, agent })
    agent.destroy()
    expect(traceIds).toEqual([TRACE_ID, undefined])
    expect(sdk.spans().map((span) => span.name)).toEqual(['inner', 'GET'])
  })

  it('keeps 2,000 concurrent requests apart: kept-alive connections, bodies, timers', async () => {
    const app = express().use(express.json())
    app.post('/echo', (req, res) => {
      const { id } = req.body as { id: string }
      setTimeout(() => res.json({ id, active: activeTraceId() }), Math.random() * 5)
    })
    await using served = await startServer(app)
    const agent = new http.Agent({ keepAlive: true, maxSockets: 50 })
    const ids = Array.from({ length: 2000 }, (_, i) => (i + 1).toString(16).padStart(32, '0'))
    const answers = await Promise.all(
      ids.map(async (id) => {
        const headers = { 'content-type': 'application/json', traceparent: `00-${id}-${PARENT_ID}-01` }
        const body = JSON.stringify({ id })
        const answer = await request(`${served.url}/echo`, { method: 'POST', headers, body, agent })
        return JSON.parse(answer) as { id: string; active: string }
      }),
    )
    agent.destroy()
    expect(answers.filter(({ id, active }) => id !== active)).toEqual([])
    expect(new Set(sdk.spans().map((span) => span.spanContext().traceId)).size).toBe(2000)
  }, 20_000)

  it('keeps pipelined requests apart', async () => {
    await using app = await startServer(async (req, res) => {
      await wait(Math.random() * 5)
      res.end(`${req.url?.slice(1)}=${activeTraceId()};`)
    })
    const ids = Array.from({ length: 50 }, (_, i) => (i + 1).toString(16).padStart(32, '0'))
    const requests = ids.map((id, i) => {
      const close = i === ids.length - 1 ? 'connection: close\r\n' : ''
      return `GET /${id} HTTP/1.1\r\nhost: a\r\n${close}traceparent: 00-${id}-${PARENT_ID}-01\r\n\r\n`
    })
    const socket = net.connect(app.port, '127.0.0.1')
    socket.write(requests.join(''))
    let received = ''
    for await (const chunk of socket) received += String(chunk)
    const pairs = [...received.matchAll(/([0-9a-f]{32})=(\w+);/g)]
    expect(pairs).toHaveLength(50)
    expect(pairs.filter(([, asked, active]) => asked !== active)).toEqual([])
  })
})

describe('server spans that are not sampled', () => {
  it('make no span, but a context with the same trace id and no sampled flag', async () => {
    await using sdk = startInMemorySdk({ sampler: new AlwaysOffSampler() })
    let active
    await using app = await startServer((_req, res) => {
      active = trace.getSpanContext(context.active())
      res.end()
    })
    await request(app.url, { headers: { traceparent: TRACEPARENT } })
    expect(active).toMatchObject({ traceId: TRACE_ID, traceFlags: 0 })
    expect(sdk.spans()).toEqual([])
  })
})

describe('a request whose caller is not sampled', () => {
  const headers = { traceparent: TRACEPARENT.replace(/1$/, '0') }

  it('runs in its caller’s context with skipUnsampled, without any span below it', async () => {
    await using sdk = startInMemorySdk({ skipUnsampled: true })
    const seen: unknown[] = []
    await using app = await startServer((_req, res) => {
      seen.push(trace.getSpanContext(context.active()))
      trace.getTracer('inner').startSpan('inner').end()
      res.end()
    })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    await request(app.url, { headers, agent })
    await request(app.url, { headers: { traceparent: TRACEPARENT }, agent })
    agent.destroy()
    expect(seen).toMatchObject([
      { traceId: TRACE_ID, spanId: PARENT_ID, traceFlags: 0 },
      { traceId: TRACE_ID, traceFlags: 1 },
    ])
    expect(sdk.spans().map((span) => span.name)).toEqual(['inner', 'GET'])
  })

  it('is recorded without it, if the sampler records every request', async () => {
    await using sdk = startInMemorySdk({ sampler: new AlwaysOnSampler() })
    await using app = await startServer((_req, res) => res.end())
    await request(app.url, { headers })
    expect(sdk.spans()).toHaveLength(1)
  })
})

describe('shouldTrace', () => {
  it('traces the request when it throws', async () => {
    await using sdk = startInMemorySdk({
      shouldTrace: () => {
        throw new Error('broken on purpose')
      },
    })
    await using app = await startServer((_req, res) => res.end())
    await request(app.url)
    expect(sdk.spans()).toHaveLength(1)
  })
})
