import { once } from 'node:events'
import http from 'node:http'
import zlib from 'node:zlib'

import { describe, expect, it } from 'vitest'

import { exportRequestType, rpcStatusType } from './otlp-schema.ts'
import { serveTraceStore } from './serve-trace-store.ts'

const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/x-protobuf'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const plainSpan = { traceId: TRACE_ID, spanId: SPAN_ID, name: 'ingress', kind: 2 }

const withSpan = (span: object) => ({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })

const post = (
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  type: string,
  headers: Record<string, string> = {},
) => fetch(url, { method: 'POST', body, headers: { 'content-type': type, ...headers } })

const encode = (message: object): Uint8Array<ArrayBuffer> =>
  new Uint8Array(exportRequestType.encode(exportRequestType.fromObject(message)).finish())

async function postJson(body: unknown) {
  await using served = await serveTraceStore()
  const response = await post(served.otlpUrl, typeof body === 'string' ? body : JSON.stringify(body), JSON_TYPE)
  return { response, answer: (await response.json()) as unknown, store: served.store }
}

async function postProtobuf(body: Uint8Array<ArrayBuffer>) {
  await using served = await serveTraceStore()
  const response = await post(served.otlpUrl, body, PROTOBUF)
  return { response, answer: new Uint8Array(await response.arrayBuffer()), store: served.store }
}

const spanTags = (store: Awaited<ReturnType<typeof postJson>>['store']) =>
  Object.fromEntries((store.trace(TRACE_ID)?.spans[0]?.tags ?? []).map((tag) => [tag.key, tag.value]))

describe('POST /v1/traces', () => {
  it('answers in the content type of the request', async () => {
    const json = await postJson(withSpan(plainSpan))
    expect([json.response.status, json.response.headers.get('content-type'), json.answer]).toEqual([200, JSON_TYPE, {}])
    const protobuf = await postProtobuf(encode({}))
    expect([protobuf.response.status, protobuf.response.headers.get('content-type')]).toEqual([200, PROTOBUF])
    expect(protobuf.answer).toHaveLength(0)
  })

  it.each([
    [2, 'server'],
    ['SPAN_KIND_CLIENT', 'client'],
    ['SPAN_KIND_UNSPECIFIED', 'internal'],
    [undefined, 'internal'],
    [null, 'internal'],
  ])('reads the kind %j as %s', async (kind, expected) => {
    const { store } = await postJson(withSpan({ ...plainSpan, kind }))
    expect(spanTags(store)['span.kind']).toBe(expected)
  })

  it('reads 64-bit times as text and as numbers, and ids of any case', async () => {
    const span = { ...plainSpan, traceId: TRACE_ID.toUpperCase(), startTimeUnixNano: '1700000000000001000' }
    const { store } = await postJson(withSpan({ ...span, endTimeUnixNano: 1_700_000_000_500_000_000 }))
    const stored = store.trace(TRACE_ID)?.spans[0]
    expect(stored?.startTime).toBe(1_700_000_000_000_001)
    expect(stored?.duration).toBe(499_999)
  })

  it('reads attributes of every type', async () => {
    const attributes = [
      { key: 'empty', value: { stringValue: '' } },
      { key: 'none' },
      { key: 'large', value: { intValue: '9223372036854775807' } },
      { key: 'negative', value: { intValue: '-5' } },
      { key: 'nan', value: { doubleValue: 'NaN' } },
      { key: 'bytes', value: { bytesValue: 'AQI=' } },
      {
        key: 'map',
        value: { kvlistValue: { values: [{ key: 'a', value: { arrayValue: { values: [{ intValue: 1 }] } } }] } },
      },
    ]
    const { store } = await postJson(withSpan({ ...plainSpan, attributes, status: { code: 'STATUS_CODE_OK' } }))
    expect(spanTags(store)).toMatchObject({
      empty: '',
      none: '',
      large: '9223372036854775807',
      negative: -5,
      nan: 'NaN',
      bytes: 'AQI=',
      map: '{"a":[1]}',
      'otel.status_code': 'OK',
    })
  })

  it('warns about a span that ends before it starts instead of refusing it', async () => {
    const { store } = await postJson(withSpan({ ...plainSpan, startTimeUnixNano: '2000', endTimeUnixNano: '1000' }))
    expect(store.trace(TRACE_ID)?.spans[0]).toMatchObject({ duration: 0, warnings: ['the span ends before it starts'] })
  })

  it('reads the service name from the resource, with a default for a span without one', async () => {
    const { store } = await postJson(withSpan(plainSpan))
    expect(store.services()).toEqual(['unknown_service'])
  })

  it('ignores fields it does not know, in JSON and in protobuf', async () => {
    const json = await postJson({ ...withSpan({ ...plainSpan, flags: 257, later: { a: 1 } }), later: true })
    expect(json.store.spanCount).toBe(1)
    const known = encode({ resourceSpans: [] })
    const protobuf = await postProtobuf(new Uint8Array([...known, 0xa2, 0x06, 0x01, 0xff]))
    expect(protobuf.response.status).toBe(200)
  })

  it.each([
    ['not JSON', '{"resourceSpans":', 'the body is not JSON'],
    ['nothing', '', 'the body is not JSON'],
    ['null', 'null', 'the body must be an object'],
    ['a list', [], 'the body must be an object'],
    ['a trace id that is too short', withSpan({ ...plainSpan, traceId: 'abcd' }), 'traceId must be 16 bytes, not 2'],
    ['a trace id in base64', withSpan({ ...plainSpan, traceId: 'W47/95gDgQPSabYzgT/GDA==' }), 'must be hex digits'],
    ['no span id', withSpan({ traceId: TRACE_ID }), 'spans[0].spanId must be 8 bytes and not all zeros'],
    ['a span id of zeros', withSpan({ ...plainSpan, spanId: '0'.repeat(16) }), 'spanId must be 8 bytes and not all'],
    ['a long parent', withSpan({ ...plainSpan, parentSpanId: TRACE_ID }), 'parentSpanId must be 8 bytes, not 16'],
    ['an unknown kind', withSpan({ ...plainSpan, kind: 6 }), 'spans[0].kind is not a span kind'],
    ['an unknown kind name', withSpan({ ...plainSpan, kind: 'SERVER' }), 'spans[0].kind is not a span kind'],
    ['an unknown status', withSpan({ ...plainSpan, status: { code: 9 } }), 'status.code is not a status code'],
    ['a negative time', withSpan({ ...plainSpan, endTimeUnixNano: -1 }), 'must be an unsigned 64-bit integer'],
    ['a name that is a number', withSpan({ ...plainSpan, name: 7 }), 'spans[0].name must be a string'],
    ['spans that are not a list', { resourceSpans: {} }, 'resourceSpans must be a list'],
    [
      'a link without a trace',
      withSpan({ ...plainSpan, links: [{ spanId: SPAN_ID }] }),
      'links[0].traceId must be 16 bytes',
    ],
  ])('refuses %s with 400 and the reason', async (_, body, reason) => {
    const { response, answer, store } = await postJson(body)
    expect(response.status).toBe(400)
    expect(answer).toEqual({ code: 3, message: expect.stringContaining(reason) as unknown })
    expect(store.spanCount).toBe(0)
  })

  it('refuses an attribute that is nested too deeply', async () => {
    const deep = Array.from({ length: 40 }).reduce<object>((inner) => ({ arrayValue: { values: [inner] } }), {})
    const { answer } = await postJson(withSpan({ ...plainSpan, attributes: [{ key: 'deep', value: deep }] }))
    expect(answer).toEqual({ code: 3, message: 'an attribute is nested too deep' })
  })

  const idBytes = (hex: string, count: number) => Buffer.from(hex, 'hex').subarray(0, count)
  it.each([
    [
      'a body cut short',
      encode(withSpan({ ...plainSpan, traceId: idBytes(TRACE_ID, 16) })).slice(0, -1),
      'the body is not',
    ],
    ['a wrong wire type', new Uint8Array([0x08, 0x01]), 'resourceSpans has a wrong protobuf wire type'],
    [
      'a wrong wire type inside',
      new Uint8Array([0x0a, 0x06, 0x12, 0x04, 0x12, 0x02, 0x08, 0x01]),
      'resourceSpans[0].scopeSpans[0].spans[0].traceId has a wrong protobuf wire type',
    ],
    ['text', new TextEncoder().encode('{"resourceSpans":[]}'), 'the body is not an OTLP trace export in protobuf'],
    [
      'a trace id of 15 bytes',
      encode(withSpan({ traceId: idBytes(TRACE_ID, 15), spanId: idBytes(SPAN_ID, 8) })),
      'traceId must be 16 bytes, not 15',
    ],
  ])('refuses protobuf with %s in a google.rpc.Status', async (_, body, reason) => {
    const { response, answer, store } = await postProtobuf(body)
    expect([response.status, response.headers.get('content-type')]).toEqual([400, PROTOBUF])
    const status = rpcStatusType.toObject(rpcStatusType.decode(answer))
    expect(status).toEqual({ code: 3, message: expect.stringContaining(reason) as unknown })
    expect(store.spanCount).toBe(0)
  })

  it('accepts gzip, and refuses invalid gzip, other encodings and oversized contents', async () => {
    await using served = await serveTraceStore()
    const send = (body: Uint8Array<ArrayBuffer>, encoding: string) =>
      post(served.otlpUrl, body, JSON_TYPE, { 'content-encoding': encoding })
    const zipped = new Uint8Array(zlib.gzipSync(JSON.stringify(withSpan(plainSpan))))
    expect((await send(zipped, 'gzip')).status).toBe(200)
    const broken = await send(new TextEncoder().encode('plain'), 'gzip')
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringContaining('the body is not gzip')])
    expect((await send(zipped, 'br')).status).toBe(415)
    const bomb = new Uint8Array(zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')))
    expect((await send(bomb, 'gzip')).status).toBe(413)
    expect(served.store.spanCount).toBe(1)
  })

  it('answers 413 to a body that is too large, with and without a declared length', async () => {
    await using served = await serveTraceStore()
    const large = new Uint8Array(17 * 1024 * 1024).fill(32)
    expect((await post(served.otlpUrl, large, JSON_TYPE)).status).toBe(413)
    const streamed = http.request(served.otlpUrl, { method: 'POST', headers: { 'content-type': JSON_TYPE } })
    streamed.write(large)
    streamed.end()
    const [response] = (await once(streamed, 'response')) as [http.IncomingMessage]
    expect(response.statusCode).toBe(413)
  })

  it('answers 415 to another content type, 405 to another method and 404 to another path', async () => {
    await using served = await serveTraceStore()
    const media = await post(served.otlpUrl, 'x', 'text/plain')
    expect([media.status, await media.json()]).toEqual([
      415,
      { code: 'TL_TRACE_MEDIA_TYPE', message: expect.stringContaining('content-type must be') as unknown },
    ])
    const method = await fetch(served.otlpUrl)
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await fetch(new URL('/v1/metrics', served.otlpUrl), { method: 'POST' })).status).toBe(404)
  })
})
