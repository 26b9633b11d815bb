import { listen } from '@throughline/service-kit'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { count, dashboard, sendJson, startUpstream } from '../app.test-support.ts'

describe('/api/findings', () => {
  it('does not exist without a trace backend', async () => {
    const app = dashboard('http://127.0.0.1:1')
    expect((await request(app).get('/api/findings').expect(404)).body.code).toBe('TL_TRACES_OFF')
    expect((await request(app).post('/api/findings').expect(404)).body.code).toBe('TL_TRACES_OFF')
  })

  it('has no report before the first run, and refuses a page of another origin', async () => {
    const app = dashboard('http://127.0.0.1:1', { traceQueryUrl: 'http://127.0.0.1:1' })
    await request(app).get('/api/findings').expect(200, { state: 'none', at: null, error: null, report: null })
    await request(app).post('/api/findings').set('origin', 'http://evil.example').expect(403)
    await request(app).put('/api/findings').expect(405)
  })

  it('says why it can’t run', async () => {
    const app = dashboard('http://127.0.0.1:1', { traceQueryUrl: 'http://127.0.0.1:1' })
    expect((await request(app).post('/api/findings').expect(202)).body.state).toBe('running')
    await expect
      .poll(async () => (await request(app).get('/api/findings')).body)
      .toMatchObject({ state: 'failed', error: expect.stringMatching(/socket/), report: null })
  })

  it('probes this dashboard once for all callers, outside the list of requests', async () => {
    let calls = 0
    await using upstream = await startUpstream((incoming, response) => {
      calls++
      count(incoming, response)
    })
    await using traces = await startUpstream(sendJson(200, { data: [] }))
    const listening: { url?: string } = {}
    const app = dashboard(upstream.url, { traceQueryUrl: traces.url, ownUrl: () => listening.url, traffic: 'off' })
    const server = await listen(app, { host: '127.0.0.1', port: 0 })
    listening.url = server.url
    try {
      await request(server.url).post('/api/findings').expect(202)
      await request(server.url).post('/api/findings').expect(202)
      await expect
        .poll(async () => (await request(server.url).get('/api/findings')).body, { timeout: 18_000, interval: 500 })
        .toMatchObject({ state: 'done', report: { schema: 1, outcome: 'unknown', probes: { sent: 16, withSpans: 0 } } })
      expect(calls).toBe(16)
      const { body } = await request(server.url).get('/api/history')
      expect(body.entries).toEqual([])
    } finally {
      await server.close(0)
    }
  })
})
