import { describe, expect, it } from 'vitest'

import { serveTraceStore } from './serve-trace-store.ts'

const TRACE_ID = '00000000000000000af7651916cd43dd'

async function serveOneCall() {
  const served = await serveTraceStore()
  const call = (id: string, serviceName: string, fields: object) => ({
    traceId: TRACE_ID,
    id,
    localEndpoint: { serviceName },
    ...fields,
  })
  const body = [
    call('1', 'dashboard', { kind: 'SERVER', timestamp: 1000, name: 'GET /api/count' }),
    call('2', 'dashboard', { kind: 'CLIENT', timestamp: 1001, parentId: '1' }),
    call('3', 'counting', { kind: 'SERVER', timestamp: 1002, parentId: '2' }),
  ]
  await fetch(served.zipkinUrl, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return served
}

async function getJson(url: string) {
  const response = await fetch(url)
  return { status: response.status, body: (await response.json()) as { data: unknown } }
}

const envelope = { limit: 0, offset: 0, errors: null }

describe('the query API', () => {
  it('lists services', async () => {
    await using served = await serveOneCall()
    expect(await getJson(`${served.queryUrl}/api/services`)).toEqual({
      status: 200,
      body: { ...envelope, data: ['counting', 'dashboard'], total: 2 },
    })
  })

  it('finds one trace by its id, in any case and without its leading zeros', async () => {
    await using served = await serveOneCall()
    const { status, body } = await getJson(`${served.queryUrl}/api/traces/${TRACE_ID}`)
    expect({ status, body }).toEqual({
      status: 200,
      body: { ...envelope, data: [served.store.trace(TRACE_ID)], total: 1 },
    })
    expect((await getJson(`${served.queryUrl}/api/traces/AF7651916CD43DD`)).body).toEqual(body)
  })

  it.each([
    ['f'.repeat(32), 404, 'trace not found'],
    ['nothex', 400, 'a trace id is 1 to 32 hex digits'],
    ['f'.repeat(33), 400, 'a trace id is 1 to 32 hex digits'],
  ])('answers the id %s with %i and the errors of the Jaeger shape', async (id, status, msg) => {
    await using served = await serveOneCall()
    expect(await getJson(`${served.queryUrl}/api/traces/${id}`)).toEqual({
      status,
      body: { data: null, total: 0, limit: 0, offset: 0, errors: [{ code: status, msg }] },
    })
  })

  it('searches by service, operation and time, and ignores other Jaeger parameters', async () => {
    await using served = await serveOneCall()
    const count = async (query: string) =>
      ((await getJson(`${served.queryUrl}/api/traces?${query}`)).body.data as unknown[]).length
    expect(await count('service=counting&limit=5&lookback=1h&maxDuration&minDuration')).toBe(1)
    expect(await count('service=unknown')).toBe(0)
    expect(await count('service=dashboard&operation=GET%20/api/count')).toBe(1)
    expect(await count('start=1003&end=2000')).toBe(0)
    expect(await count('start=1000&end=2000')).toBe(1)
    expect(await count('limit=0')).toBe(0)
    expect((await getJson(`${served.queryUrl}/api/traces?limit=many`)).status).toBe(400)
  })

  it('counts calls between services', async () => {
    await using served = await serveOneCall()
    expect((await getJson(`${served.queryUrl}/api/dependencies?endTs=1&lookback=1`)).body.data).toEqual([
      { parent: 'dashboard', child: 'counting', callCount: 1 },
    ])
  })

  it('reports how full it is on /health', async () => {
    await using served = await serveOneCall()
    expect((await getJson(`${served.queryUrl}/health`)).body).toEqual({
      status: 'ok',
      spanCount: 3,
      traceCount: 1,
      droppedSpans: 0,
      droppedTraces: 0,
    })
    const head = await fetch(`${served.queryUrl}/health`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  it('answers 404 to an unknown path and 405 to another method', async () => {
    await using served = await serveOneCall()
    expect((await getJson(`${served.queryUrl}/api/nothing`)).status).toBe(404)
    const response = await fetch(`${served.queryUrl}/api/traces`, { method: 'DELETE' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})
