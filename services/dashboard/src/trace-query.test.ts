import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { dashboard, sendJson, startUpstream } from './app.test-support.ts'

const TRACE = 'a'.repeat(32)

describe('GET /api/traces/:traceId', () => {
  it("answers the backend's trace unchanged", async () => {
    const queried: (string | undefined)[] = []
    await using backend = await startUpstream((incoming, response) => {
      queried.push(incoming.url)
      sendJson(200, { data: [{ traceID: TRACE }] })(incoming, response)
    })
    const app = dashboard('http://127.0.0.1:1', { traceQueryUrl: backend.url })
    await request(app)
      .get(`/api/traces/${TRACE}`)
      .expect(200, { data: [{ traceID: TRACE }] })
    expect(queried).toEqual([`/api/traces/${TRACE}`])
  })

  it('judges whether the trace is broken and reaches the upstream application', async () => {
    const span = { spanID: 'b', startTime: 1, duration: 1, references: [{ refType: 'CHILD_OF', spanID: 'a' }] }
    const processes = { p: { serviceName: 'dashboard' } }
    const trace = { traceID: TRACE, spans: [{ ...span, processID: 'p', tags: [] }], processes }
    await using backend = await startUpstream(sendJson(200, { data: [trace] }))
    const app = dashboard('http://127.0.0.1:1', { traceQueryUrl: backend.url })
    const { body } = await request(app).get(`/api/traces/${TRACE}?answered=true`).expect(200)
    expect(body.data).toEqual([trace])
    expect(body.verdict.reachesUpstream).toBe(false)
    expect(body.verdict.problems).toMatchObject([
      { code: 'missing-parent', text: expect.stringContaining('dashboard (app)') as string },
      { code: 'missing-upstream' },
    ])
    expect(body.verdict.suspects).toMatchObject([
      { id: 'TLV101' },
      { id: 'TLV103', docs: 'docs/findings/TLV103.md' },
      { id: 'TLV202' },
    ])
    expect(body.verdict.spans).toEqual([{ spanId: 'b', depth: 0, orphan: true, gateway: false }])
    const other = await request(app).get(`/api/traces/${TRACE}`).expect(200)
    expect(other.body.verdict.problems).toHaveLength(1)
  })

  it('distinguishes a missing trace, a bad id, an unreachable backend and no backend', async () => {
    await using backend = await startUpstream(sendJson(404, { errors: [] }))
    const app = dashboard('http://127.0.0.1:1', { traceQueryUrl: backend.url })
    expect((await request(app).get(`/api/traces/${TRACE}`).expect(404)).body.code).toBe('TL_TRACE_NOT_FOUND')
    expect((await request(app).get('/api/traces/..%2Fservices').expect(400)).body.code).toBe('TL_BAD_REQUEST')
    const unreachable = dashboard('http://127.0.0.1:1', { traceQueryUrl: 'http://127.0.0.1:1' })
    expect((await request(unreachable).get(`/api/traces/${TRACE}`).expect(502)).body.code).toBe('TL_TRACES_UNREACHABLE')
    const off = dashboard('http://127.0.0.1:1')
    expect((await request(off).get(`/api/traces/${TRACE}`).expect(404)).body.code).toBe('TL_TRACES_OFF')
  })
})
