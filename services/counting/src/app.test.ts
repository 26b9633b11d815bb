import { createHealth, createLogger, createMetrics } from '@throughline/service-kit'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { createApp } from './app.ts'
import { createCounter } from './counter.ts'

function counting(options: { faults?: boolean } = {}) {
  const health = createHealth()
  const app = createApp({
    logger: createLogger({ service: 'counting', level: 'silent' }),
    metrics: createMetrics('counting'),
    health,
    counter: createCounter(),
    ...options,
  })
  return { app, health }
}

describe('GET /', () => {
  it('adds one each time and names the host', async () => {
    const { app } = counting()
    const first = await request(app)
      .get('/')
      .expect(200)
      .expect('content-type', /application\/json/)
    const second = await request(app).get('/').expect(200)
    expect(second.body.count).toBe(first.body.count + 1)
    expect(first.body.hostname).toMatch(/./)
    expect(Object.keys(first.body)).toEqual(['count', 'hostname'])
  })

  it('answers 1,000 concurrent callers with 1,000 different numbers', async () => {
    const { app } = counting()
    const server = app.listen(0)
    try {
      const counts = await Promise.all(Array.from({ length: 1000 }, () => request(server).get('/').expect(200)))
      expect(new Set(counts.map((response) => response.body.count)).size).toBe(1000)
    } finally {
      server.close()
    }
  })

  it('does not count a favicon request, a probe or another method', async () => {
    const { app } = counting()
    await request(app).get('/favicon.ico').expect(404)
    await request(app).get('/health').expect(200)
    await request(app).get('/metrics').expect(200)
    await request(app).head('/').expect(405).expect('allow', 'GET')
    for (const method of ['post', 'put', 'delete', 'options'] as const) await request(app)[method]('/').expect(405)
    expect((await request(app).get('/').expect(200)).body.count).toBe(1)
  })
})

describe('the other routes', () => {
  it('GET /health/ready follows readiness', async () => {
    const { app, health } = counting()
    await request(app).get('/health/ready').expect(503)
    health.setReady(true)
    await request(app).get('/health/ready').expect(200)
  })

  it('GET /metrics has the number of counts', async () => {
    const { app } = counting()
    await request(app).get('/')
    await request(app).get('/')
    const { text } = await request(app)
      .get('/metrics')
      .expect(200)
      .expect('content-type', /application\/openmetrics-text/)
    expect(text).toMatch(/^counting_counts_total\{service="counting"\} 2$/m)
  })

  it('every error is JSON with a code', async () => {
    const { app } = counting()
    const { body } = await request(app)
      .get('/nothing')
      .expect(404)
      .expect('content-type', /application\/json/)
    expect(body).toEqual({ code: 'TL_NOT_FOUND', message: 'no route for GET /nothing' })
  })
})

describe('x-throughline-explain', () => {
  it('adds what arrived to the answer', async () => {
    const { app } = counting()
    const { body } = await request(app).get('/').set({ 'x-throughline-explain': '1', traceparent: '00-a' }).expect(200)
    expect(body).toMatchObject({ count: 1, explain: { headers: { traceparent: '00-a' }, peer: null } })
  })
})

describe('faults', () => {
  const failing = { baggage: 'throughline-fault=error:1' }

  it('make an answer trickle until it is complete', async () => {
    const { app } = counting({ faults: true })
    const started = performance.now()
    const { body } = await request(app).get('/').set({ baggage: 'throughline-fault=trickle:200' }).expect(200)
    expect(body.count).toBe(1)
    expect(performance.now() - started).toBeGreaterThan(150)
  })

  it('happen when a request asks for one', async () => {
    const { app } = counting({ faults: true })
    const { body } = await request(app).get('/').set(failing).expect(503)
    expect(body.code).toBe('TL_FAULT')
    expect((await request(app).get('/').expect(200)).body.count).toBe(1)
  })

  it('are ignored unless FAULTS=on', async () => {
    const { app } = counting()
    await request(app).get('/').set(failing).expect(200)
  })
})
