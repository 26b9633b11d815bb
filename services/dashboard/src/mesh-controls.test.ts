import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { dashboard, sendJson, startUpstream } from './app.test-support.ts'

describe('/api/mesh', () => {
  const status = { mesh: 'static-envoy', access: 'allowed' }

  it('forwards the control API, with the token that the browser never sees', async () => {
    const seen: string[] = []
    await using control = await startUpstream((incoming, response) => {
      seen.push(`${incoming.method} ${incoming.url} ${incoming.headers.authorization}`)
      sendJson(200, status)(incoming, response)
    })
    const app = dashboard('http://127.0.0.1:1', { controls: { url: control.url, token: 'secret' } })
    await request(app).get('/api/mesh/status').expect(200, status)
    await request(app).post('/api/mesh/deny').expect(200, status)
    await request(app).post('/api/mesh/tracer').send({ tracer: 'zipkin' }).expect(200)
    await request(app).post('/api/mesh/set').send({ name: 'rule', value: 'deny' }).expect(200)
    await request(app).get('/api/mesh/breaks').expect(200)
    await request(app).post('/api/mesh/break').send({ id: null }).expect(200)
    expect(seen).toEqual([
      'GET /mesh/status Bearer secret',
      'POST /mesh/deny Bearer secret',
      'POST /mesh/tracer Bearer secret',
      'POST /mesh/set Bearer secret',
      'GET /mesh/breaks Bearer secret',
      'POST /mesh/break Bearer secret',
    ])
  })

  it.each(['/api/mesh/tracer', '/api/mesh/set', '/api/mesh/break', '/api/traffic'])(
    'answers 413 to a long body for %s',
    async (path) => {
      const app = dashboard('http://127.0.0.1:1', { controls: { url: 'http://127.0.0.1:1' }, traffic: 'off' })
      const { body } = await request(app)
        .post(path)
        .send({ name: 'x'.repeat(2000) })
        .expect(413)
      expect(body).toMatchObject({ code: 'TL_TOO_LARGE' })
    },
  )

  it('refuses a page of another origin', async () => {
    let calls = 0
    await using control = await startUpstream((incoming, response) => {
      calls++
      sendJson(200, status)(incoming, response)
    })
    const app = dashboard('http://127.0.0.1:1', { controls: { url: control.url, token: 'secret' } })
    for (const origin of ['http://evil.example', 'null', 'nonsense']) {
      const { body } = await request(app).post('/api/mesh/deny').set('origin', origin).expect(403)
      expect(body.code).toBe('TL_ORIGIN')
    }
    expect(calls).toBe(0)
    await request(app).post('/api/mesh/deny').set('host', 'demo:9002').set('origin', 'http://demo:9002').expect(200)
  })

  it('reports a missing or unreachable control API', async () => {
    const off = await request(dashboard('http://127.0.0.1:1')).get('/api/mesh/status').expect(404)
    expect(off.body.code).toBe('TL_CONTROLS_OFF')
    const unreachable = dashboard('http://127.0.0.1:1', { controls: { url: 'http://127.0.0.1:1', token: 't' } })
    expect((await request(unreachable).post('/api/mesh/allow').expect(502)).body.code).toBe('TL_CONTROL_UNREACHABLE')
  })
})
