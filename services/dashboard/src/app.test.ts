import { createHealth, createLogger, createMetrics, listen } from '@throughline/service-kit'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { createApp, type DashboardAppOptions } from './app.ts'
import { count, dashboard, sendJson, startUpstream } from './app.test-support.ts'
import { createCountingClient } from './counting-client.ts'

const TRACE = 'a'.repeat(32)

describe('GET /api/count', () => {
  it('answers count, hostname, trace id and how the call went', async () => {
    await using upstream = await startUpstream(count)
    const response = await request(dashboard(upstream.url, { traceId: () => TRACE }))
      .get('/api/count')
      .expect(200)
    expect(response.body).toMatchObject({
      state: 'connected',
      count: 5,
      hostname: 'pod-1',
      traceId: TRACE,
      status: 200,
    })
    expect(response.body.durationMs).toBeGreaterThan(0)
    expect(Date.parse(response.body.at)).toBeGreaterThan(0)
    expect(response.headers['cache-control']).toBe('no-store')
  })

  it('reports denied, with 502, when a proxy denies', async () => {
    await using upstream = await startUpstream((_request, response) => {
      response.writeHead(403, { 'content-type': 'text/plain' }).end('RBAC: access denied')
    })
    const response = await request(dashboard(upstream.url)).get('/api/count').expect(502)
    expect(response.body).toMatchObject({ state: 'denied', code: 'TL_UPSTREAM_DENIED', count: null })
  })

  it('reports failing when counting fails', async () => {
    await using upstream = await startUpstream(sendJson(500, { code: 'TL_INTERNAL', message: 'broken' }))
    const response = await request(dashboard(upstream.url)).get('/api/count').expect(502)
    expect(response.body).toMatchObject({ state: 'failing', reason: 'counting answered 500 TL_INTERNAL: broken' })
  })

  it('reports a timeout as its own error, with 504', async () => {
    await using upstream = await startUpstream(() => {})
    const response = await request(dashboard(upstream.url, { timeoutMs: 50 }))
      .get('/api/count')
      .expect(504)
    expect(response.body).toMatchObject({ state: 'unreachable', code: 'TL_UPSTREAM_TIMEOUT' })
  })

  it('bounds the whole call by the timeout, even when the answer trickles', async () => {
    await using upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drip = setInterval(() => response.write(' '), 10)
      response.once('close', () => clearInterval(drip))
    })
    const response = await request(dashboard(upstream.url, { timeoutMs: 100 }))
      .get('/api/count')
      .expect(504)
    expect(response.body.code).toBe('TL_UPSTREAM_TIMEOUT')
    expect(response.body.durationMs).toBeLessThan(1000)
  })

  it('distinguishes refused from reset', async () => {
    const closed = await listen(count, { host: '127.0.0.1', port: 0 })
    await closed.close(0)
    const refused = await request(dashboard(closed.url)).get('/api/count').expect(502)
    expect(refused.body.code).toBe('TL_UPSTREAM_REFUSED')

    await using upstream = await startUpstream((incoming) => incoming.socket.resetAndDestroy())
    const reset = await request(dashboard(upstream.url)).get('/api/count').expect(502)
    expect(reset.body.code).toBe('TL_UPSTREAM_RESET')
  })

  it('refuses an answer that is too large', async () => {
    await using upstream = await startUpstream((_request, response) => response.end('x'.repeat(1_000_000)))
    const response = await request(dashboard(upstream.url)).get('/api/count').expect(502)
    expect(response.body).toMatchObject({ state: 'unreachable', code: 'TL_UPSTREAM_NETWORK' })
  })

  it('uses one connection for many calls', async () => {
    const sockets = new Set<unknown>()
    await using upstream = await startUpstream((incoming, response) => {
      sockets.add(incoming.socket)
      count(incoming, response)
    })
    const app = dashboard(upstream.url)
    for (let i = 0; i < 5; i++) await request(app).get('/api/count').expect(200)
    expect(sockets.size).toBe(1)
  })

  it.each(['head', 'post'] as const)('does not call counting on %s', async (method) => {
    let calls = 0
    await using upstream = await startUpstream((incoming, response) => {
      calls++
      count(incoming, response)
    })
    await request(dashboard(upstream.url))[method]('/api/count').expect(405)
    expect(calls).toBe(0)
  })
})

describe('GET /health/api', () => {
  it('goes red on failures and denials, recovers, and never calls counting itself', async () => {
    let calls = 0
    let deny = true
    await using upstream = await startUpstream((incoming, response) => {
      calls++
      if (deny) response.writeHead(403).end('RBAC: access denied')
      else count(incoming, response)
    })
    const app = dashboard(upstream.url)
    await request(app).get('/health/api').expect(200, { status: 'unknown', failures: 0 })
    for (let i = 0; i < 3; i++) await request(app).get('/api/count').expect(502)
    await request(app).get('/health/api').expect(503, { status: 'unhealthy', failures: 3 })
    deny = false
    await request(app).get('/api/count').expect(200)
    await request(app).get('/health/api').expect(200, { status: 'healthy', failures: 0 })
    expect(calls).toBe(4)
  })
})

describe('the other routes', () => {
  const app = dashboard('http://127.0.0.1:1')

  it('GET / is the page, under a policy that allows nothing from another origin', async () => {
    const response = await request(app).get('/').expect(200)
    expect(response.text).toContain('<title>')
    expect(response.headers['content-security-policy']).toContain("default-src 'self'")
    expect(response.headers['x-powered-by']).toBeUndefined()
  })

  it('serves the modules of the page and not their tests', async () => {
    await request(app).get('/shared/wire.js').expect(200)
    await request(app).get('/shared/wire.test.ts').expect(404)
  })

  it('GET /health and /health/ready answer 200', async () => {
    await request(app).get('/health').expect(200, { status: 'ok' })
    await request(app).get('/health/ready').expect(200, { status: 'ready' })
  })

  it('GET /metrics counts the calls by state', async () => {
    await using upstream = await startUpstream(count)
    const fresh = dashboard(upstream.url)
    await request(fresh).get('/api/count').expect(200)
    const { text } = await request(fresh).get('/metrics').expect(200)
    expect(text).toMatch(/dashboard_upstream_calls_total\{state="connected",code="",service="dashboard"\} 1/)
    expect(text).toMatch(/http_server_request_duration_seconds_count\{.*http_route="\/api\/count"/)
  })

  it('GET /api/config lists what the page may offer', async () => {
    const { body } = await request(app).get('/api/config').expect(200)
    expect(body).toMatchObject({ upstream: 'http://127.0.0.1:1', traces: false, traceUiUrl: null, controls: false })
  })

  it('answers an unknown path as JSON, not with a page', async () => {
    const { body } = await request(app).get('/nothing').expect(404)
    expect(body.code).toBe('TL_NOT_FOUND')
  })
})

describe('the app without a show', () => {
  const create = (url: string, options: Partial<DashboardAppOptions> = {}) =>
    createApp({
      logger: createLogger({ service: 'dashboard', level: 'silent' }),
      metrics: createMetrics('dashboard'),
      health: createHealth(),
      counting: createCountingClient({ url, timeoutMs: 1000 }),
      ...options,
    })

  it('answers GET /api/count and has no page', async () => {
    await using upstream = await startUpstream(count)
    const app = create(upstream.url)
    const { body } = await request(app).get('/api/count').expect(200)
    expect(body).toMatchObject({ state: 'connected', count: 5, traceId: null })
    await request(app).get('/').expect(404)
    await request(app).get('/api/config').expect(404)
  })

  it('counts the answers of another service in the place of counting', async () => {
    await using upstream = await startUpstream((_request, response) => response.end('hello'))
    const counting = createCountingClient({ url: upstream.url, timeoutMs: 1000, anyAnswer: true })
    const app = create(upstream.url, { counting })
    for (const number of [1, 2]) {
      const { body } = await request(app).get('/api/count').expect(200)
      expect(body).toMatchObject({ state: 'connected', count: number, hostname: null })
    }
  })

  it('lets an observer set the options of the call and add to the answer', async () => {
    const received: unknown[] = []
    await using upstream = await startUpstream((incoming, response) => {
      received.push(incoming.headers['x-observed'])
      count(incoming, response)
    })
    const observe: DashboardAppOptions['observe'] = () => ({
      call: { headers: { 'x-observed': 'yes' } },
      onAnswer: (answer, { answer: upstreamAnswer }) => ({ seen: [answer.state, upstreamAnswer?.status] }),
    })
    const { body } = await request(create(upstream.url, { observe })).get('/api/count').expect(200)
    expect([body.seen, received]).toEqual([['connected', 200], ['yes']])
  })
})
