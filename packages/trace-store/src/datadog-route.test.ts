import fs from 'node:fs'

import { encode } from '@msgpack/msgpack'
import { describe, expect, it } from 'vitest'

import type { JaegerSpan } from './jaeger-trace.ts'
import { serveTraceStore } from './serve-trace-store.ts'

/** Envoy 1.40.0's report for three requests: an outbound one, an unsampled inbound one, a failed inbound one. */
const fromEnvoy = fs.readFileSync(new URL('fixtures/envoy-datadog.msgpack', import.meta.url))

interface Request {
  body: unknown
  type?: string
  method?: string
  path?: string
}

const send = (
  origin: string,
  { body, type = 'application/msgpack', method = 'POST', path = '/v0.4/traces' }: Request,
) =>
  fetch(`${origin}${path}`, {
    method,
    body: new Uint8Array(body instanceof Uint8Array ? body : encode(body, { useBigInt64: true })),
    headers: { 'content-type': type },
  })

const tag = (span: JaegerSpan | undefined, key: string) => span?.tags.find((entry) => entry.key === key)?.value

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const span = {
  service: 'shop',
  name: 'web.request',
  resource: 'GET /cart',
  trace_id: 0x8448eb211c80319cn,
  span_id: 0xb7ad6b7169203331n,
  parent_id: 1,
  start: 1_700_000_000_123_456_789n,
  duration: 2500_000,
  error: 0,
  meta: { 'span.kind': 'client', '_dd.p.tid': '0af7651916cd43dd' },
  metrics: { _sampling_priority_v1: 1, share: 0.5 },
}

describe('what Envoy reports to a Datadog agent', () => {
  it('is stored with 128-bit trace ids, parents, and kinds by listener direction', async () => {
    await using served = await serveTraceStore()
    const response = await send(served.datadogUrl, { body: fromEnvoy })
    expect([response.status, await response.json()]).toEqual([200, { rate_by_service: {} }])
    const [out, into] = served.store.trace(TRACE_ID)?.spans ?? []
    expect(out).toMatchObject({
      operationName: 'egress counting:9101',
      references: [{ refType: 'CHILD_OF', traceID: TRACE_ID, spanID: 'b7ad6b7169203331' }],
      spanID: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
    })
    expect([tag(out, 'span.kind'), tag(out, 'component'), tag(out, 'http.status_code')]).toEqual([
      'client',
      'proxy',
      '200',
    ])
    expect([into?.operationName, tag(into, 'span.kind'), tag(into, 'error')]).toEqual(['ingress', 'server', true])
    expect(served.store.services()).toEqual(['x-sidecar'])
  })

  it('is not stored when it was not sampled', async () => {
    await using served = await serveTraceStore()
    await send(served.datadogUrl, { body: fromEnvoy })
    expect([served.store.spanCount, served.store.traceCount]).toEqual([2, 1])
  })
})

describe('PUT /v0.4/traces', () => {
  it('stores what a library reports: its own kind, times, tags, numbers and error', async () => {
    await using served = await serveTraceStore()
    const failed = { ...span, error: 1, meta: { ...span.meta, 'error.message': 'it broke' } }
    expect((await send(served.datadogUrl, { body: [[failed]], method: 'PUT' })).status).toBe(200)
    expect(served.store.trace(TRACE_ID)?.spans).toEqual([
      {
        traceID: TRACE_ID,
        spanID: 'b7ad6b7169203331',
        operationName: 'GET /cart',
        references: [{ refType: 'CHILD_OF', traceID: TRACE_ID, spanID: '0000000000000001' }],
        startTime: 1_700_000_000_123_456,
        duration: 2500,
        tags: [
          { key: 'span.kind', type: 'string', value: 'client' },
          { key: '_dd.p.tid', type: 'string', value: '0af7651916cd43dd' },
          { key: 'error.message', type: 'string', value: 'it broke' },
          { key: '_sampling_priority_v1', type: 'int64', value: 1 },
          { key: 'share', type: 'float64', value: 0.5 },
          { key: 'error', type: 'bool', value: true },
          { key: 'otel.status_description', type: 'string', value: 'it broke' },
          { key: 'operation.name', type: 'string', value: 'web.request' },
          { key: 'internal.span.format', type: 'string', value: 'datadog' },
        ],
        logs: [],
        processID: 'p1',
        warnings: null,
      },
    ])
  })

  it('reads the trace id’s high half and the priority from any span of a chunk', async () => {
    await using served = await serveTraceStore()
    const child = { ...span, span_id: 2, meta: {}, metrics: {} }
    const dropped = { ...span, trace_id: 3, meta: {}, metrics: { _sampling_priority_v1: -1 } }
    await send(served.datadogUrl, {
      body: [
        [child, span],
        [{ ...dropped, metrics: {} }, dropped],
      ],
    })
    expect(served.store.trace(TRACE_ID)?.spans.map(({ spanID }) => spanID)).toEqual([
      '0000000000000002',
      'b7ad6b7169203331',
    ])
    expect(served.store.traceCount).toBe(1)
  })

  it('stores a 64-bit trace id padded, and a span without a sampling decision', async () => {
    await using served = await serveTraceStore()
    await send(served.datadogUrl, { body: [[{ ...span, trace_id: 1, parent_id: 0, meta: null, metrics: null }]] })
    const [stored] = served.store.trace('00000000000000000000000000000001')?.spans ?? []
    expect([stored?.references, tag(stored, 'span.kind')]).toEqual([[], 'internal'])
  })

  it('accepts an empty list, which tracers send to request sampling rates', async () => {
    await using served = await serveTraceStore()
    expect((await send(served.datadogUrl, { body: [] })).status).toBe(200)
  })

  it.each<[string, unknown, string]>([
    ['a body that is not MessagePack', new Uint8Array([0xc1]), 'the body is not MessagePack'],
    ['a body cut short', fromEnvoy.subarray(0, 500), 'the body is not MessagePack'],
    [
      'a list that claims four thousand million items',
      new Uint8Array([0xdd, 255, 255, 255, 255]),
      'Max length exceeded',
    ],
    ['an object', {}, 'the body must be a list of traces'],
    ['a trace that is not a list', [span], 'traces[0] must be a list'],
    ['a span that is a number', [[7]], 'traces[0][0] must be an object'],
    ['no trace id', [[{ ...span, trace_id: undefined }]], 'traces[0][0].trace_id must be an unsigned 64-bit integer'],
    ['a span id of 0', [[{ ...span, span_id: 0 }]], 'traces[0][0].span_id must not be 0'],
    ['a negative start', [[{ ...span, start: -1 }]], 'traces[0][0].start must be an unsigned 64-bit integer'],
    ['a tag that is a number', [[{ ...span, meta: { a: 1 } }]], 'traces[0][0].meta values must be a string'],
    ['a metric that is text', [[{ ...span, metrics: { a: 'b' } }]], 'traces[0][0].metrics values must be numbers'],
    ['a high half that is not hex', [[{ ...span, meta: { '_dd.p.tid': 'x' } }]], '_dd.p.tid must be 16 hex digits'],
  ])('refuses %s with 400 and the reason, and stores none of it', async (_, body, reason) => {
    await using served = await serveTraceStore()
    const response = await send(served.datadogUrl, { body })
    expect([response.status, await response.json()]).toEqual([
      400,
      { code: 'TL_TRACE_MALFORMED', message: expect.stringContaining(reason) as unknown },
    ])
    expect(served.store.spanCount).toBe(0)
  })

  it('answers 415 to another content type, 405 to another method and 404 to another path', async () => {
    await using served = await serveTraceStore()
    expect((await send(served.datadogUrl, { body: [], type: 'application/json' })).status).toBe(415)
    expect((await fetch(`${served.datadogUrl}/v0.4/traces`)).status).toBe(405)
    expect((await send(served.datadogUrl, { body: [], path: '/v0.5/traces' })).status).toBe(404)
  })
})
