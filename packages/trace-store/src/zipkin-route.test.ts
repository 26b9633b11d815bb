import { describe, expect, it } from 'vitest'

import { serveTraceStore } from './serve-trace-store.ts'

const post = (url: string, body: unknown, type = 'application/json') =>
  fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': type },
  })

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

// The report of a sidecar with a zipkin tracer.
const sidecarSpan = {
  traceId: TRACE_ID,
  id: 'b7ad6b7169203331',
  parentId: '00f067aa0ba902b7',
  name: 'localhost:9101',
  kind: 'CLIENT',
  timestamp: 1_700_000_000_000_001,
  duration: 2500,
  localEndpoint: { serviceName: 'dashboard-sidecar', ipv4: '127.0.0.1', port: 0 },
  remoteEndpoint: { ipv4: '127.0.0.2', port: 21001 },
  tags: { component: 'proxy', 'http.status_code': '503', error: 'true' },
  annotations: [{ timestamp: 1_700_000_000_000_500, value: 'retry' }],
}

describe('POST /api/v2/spans', () => {
  it('stores a span with its kind, tags, peer and annotations, and answers 202', async () => {
    await using served = await serveTraceStore()
    const response = await post(served.zipkinUrl, [sidecarSpan])
    expect([response.status, await response.text()]).toEqual([202, ''])
    const stored = served.store.trace(TRACE_ID)
    expect(stored?.spans).toEqual([
      {
        traceID: TRACE_ID,
        spanID: sidecarSpan.id,
        operationName: 'localhost:9101',
        references: [{ refType: 'CHILD_OF', traceID: TRACE_ID, spanID: sidecarSpan.parentId }],
        startTime: 1_700_000_000_000_001,
        duration: 2500,
        tags: [
          { key: 'span.kind', type: 'string', value: 'client' },
          { key: 'component', type: 'string', value: 'proxy' },
          { key: 'http.status_code', type: 'string', value: '503' },
          { key: 'error', type: 'bool', value: true },
          { key: 'peer.ipv4', type: 'string', value: '127.0.0.2' },
          { key: 'peer.port', type: 'int64', value: 21001 },
          { key: 'internal.span.format', type: 'string', value: 'zipkin' },
        ],
        logs: [{ timestamp: 1_700_000_000_000_500, fields: [{ key: 'event', type: 'string', value: 'retry' }] }],
        processID: 'p1',
        warnings: null,
      },
    ])
    expect(stored?.processes).toEqual({
      p1: { serviceName: 'dashboard-sidecar', tags: [{ key: 'ip', type: 'string', value: '127.0.0.1' }] },
    })
  })

  it('pads short ids, so that a 64-bit trace id is one trace with its padded form', async () => {
    await using served = await serveTraceStore()
    await post(served.zipkinUrl, [
      { traceId: '48485A3953BB6124', id: '1' },
      { traceId: '000000000000000048485a3953bb6124', id: '2' },
    ])
    const stored = served.store.trace('000000000000000048485a3953bb6124')
    expect(stored?.spans.map((span) => span.spanID)).toEqual(['0000000000000001', '0000000000000002'])
  })

  it('keeps both halves of a shared span and marks the sharing one', async () => {
    await using served = await serveTraceStore()
    const shared = { ...sidecarSpan, kind: 'SERVER', shared: true, localEndpoint: { serviceName: 'counting-sidecar' } }
    await post(served.zipkinUrl, [sidecarSpan, shared])
    await post(served.zipkinUrl, [sidecarSpan])
    const spans = served.store.trace(TRACE_ID)?.spans ?? []
    expect(spans.map((span) => span.warnings)).toEqual([null, ['the span shares its id with the span of its caller']])
    const dependencies = await fetch(`${served.queryUrl}/api/dependencies`)
    expect(await dependencies.json()).toMatchObject({
      data: [{ parent: 'dashboard-sidecar', child: 'counting-sidecar', callCount: 1 }],
    })
  })

  it('accepts a span without a kind as internal, and without a service, a name or times', async () => {
    await using served = await serveTraceStore()
    expect((await post(served.zipkinUrl, [{ traceId: TRACE_ID, id: '1', localEndpoint: null }])).status).toBe(202)
    expect(served.store.trace(TRACE_ID)).toMatchObject({
      spans: [{ operationName: '', startTime: 0, duration: 0, tags: [{ key: 'span.kind', value: 'internal' }, {}] }],
      processes: { p1: { serviceName: 'unknown_service' } },
    })
  })

  it.each([
    ['not JSON', 'nope', 'the body is not JSON'],
    ['an object', {}, 'the body must be a list of spans'],
    ['a span that is a number', [7], 'spans[0] must be an object'],
    ['no trace id', [{ id: '1' }], 'spans[0].traceId must be hex digits and not all zeros'],
    ['an id of zeros', [{ traceId: TRACE_ID, id: '000' }], 'spans[0].id must be hex digits and not all zeros'],
    ['a trace id of 33 digits', [{ traceId: `${TRACE_ID}0`, id: '1' }], 'traceId must have at most 32 hex digits'],
    ['an id that is not hex', [sidecarSpan, { traceId: TRACE_ID, id: 'xyz' }], 'spans[1].id must be hex digits'],
    ['another kind', [{ ...sidecarSpan, kind: 'server' }], 'kind must be CLIENT, SERVER, PRODUCER or CONSUMER'],
    ['a time that is text', [{ ...sidecarSpan, timestamp: 'now' }], 'timestamp must be a number'],
    ['a tag that is an object', [{ ...sidecarSpan, tags: { a: {} } }], 'tags values must be a string'],
  ])('refuses %s with 400 and the reason, and stores none of it', async (_, body, reason) => {
    await using served = await serveTraceStore()
    const response = await post(served.zipkinUrl, body)
    expect([response.status, await response.json()]).toEqual([
      400,
      { code: 'TL_TRACE_MALFORMED', message: expect.stringContaining(reason) as unknown },
    ])
    expect(served.store.spanCount).toBe(0)
  })

  it('answers 415 to another content type, 405 to another method and 404 to another path', async () => {
    await using served = await serveTraceStore()
    expect((await post(served.zipkinUrl, '[]', 'application/x-thrift')).status).toBe(415)
    expect((await fetch(served.zipkinUrl)).status).toBe(405)
    expect((await post(new URL('/api/v1/spans', served.zipkinUrl).href, [])).status).toBe(404)
  })
})
