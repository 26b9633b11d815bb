import { context, trace } from '@opentelemetry/api'
import { createForwardFetch } from '@throughline/propagation/fetch'
import { serveTraceStore } from '@throughline/trace-store'
import axios from 'axios'
import express from 'express'
import type { IncomingHttpHeaders } from 'node:http'
import { startServer } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { request } from './http/request.test-support.ts'
import { createTelemetry } from './create-telemetry.ts'
import type { Telemetry } from './telemetry.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'
const REQUEST_ID = '3b1f3a3e-8c8a-4a5e-9f0e-0123456789ab'
const HEADERS = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`, 'x-request-id': REQUEST_ID, baggage: 'a=1' }

/** Telemetry of this process, without spans of its backends. */
async function startTelemetry(env: NodeJS.ProcessEnv): Promise<Telemetry & AsyncDisposable> {
  const telemetry = await createTelemetry({
    serviceName: 'shop',
    env,
    shouldTrace: ({ path }) => !path.startsWith('/v1/') && !path.startsWith('/api/') && path !== '/upstream',
  })
  telemetry.start()
  return Object.assign(telemetry, { [Symbol.asyncDispose]: () => telemetry.shutdown() })
}

/** An Express app whose one route calls an upstream; `calls` has the headers that the upstream received. */
async function serveShop(telemetry: Telemetry) {
  const calls: IncomingHttpHeaders[] = []
  const upstream = await startServer((req, res) => {
    calls.push(req.headers)
    res.end('{}')
  })
  const client = axios.create()
  telemetry.instrumentAxios(client)
  const sell = (_req: express.Request, res: express.Response): void => {
    const answer = (): unknown => res.json({ ...telemetry.activeIds(), traceId: telemetry.activeTraceId() })
    client.get(`${upstream.url}/upstream`).then(answer, (error: Error) => res.status(500).send(error.message))
  }
  const app = express().get('/items/:id', sell).get('/api/refused', sell)
  const shop = await startServer(app)
  return {
    calls,
    async get(headers: Record<string, string> = HEADERS, path = '/items/1'): Promise<Record<string, string>> {
      return JSON.parse(await request(shop.url + path, { headers })) as Record<string, string>
    },
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('createTelemetry', () => {
  it.each([
    ['otlp over http/protobuf', (url: Urls) => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url.otlpUrl })],
    [
      'otlp over http/json',
      (url: Urls) => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url.otlpUrl, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }),
    ],
    ['zipkin', (url: Urls) => ({ OTEL_TRACES_EXPORTER: 'zipkin', OTEL_EXPORTER_ZIPKIN_ENDPOINT: url.zipkinUrl })],
    [
      'two exporters at once',
      (url: Urls) => ({
        OTEL_TRACES_EXPORTER: 'zipkin, otlp',
        OTEL_EXPORTER_ZIPKIN_ENDPOINT: url.zipkinUrl,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url.otlpUrl,
      }),
    ],
  ])('exports one request as one trace: %s', async (_name, env) => {
    await using store = await serveTraceStore()
    await using telemetry = await startTelemetry(env(store))
    await using shop = await serveShop(telemetry)
    const ids = await shop.get()
    await telemetry.shutdown()

    const spans = store.store.trace(TRACE_ID)?.spans ?? []
    const server = spans.find((span) => span.operationName.toLowerCase() === 'get /items/:id')
    const client = spans.find((span) => span !== server)
    expect(spans).toHaveLength(2)
    expect(server?.references[0]?.spanID).toBe(PARENT_ID)
    expect(client?.references[0]?.spanID).toBe(server?.spanID)
    expect(shop.calls[0]).toMatchObject({
      traceparent: `00-${TRACE_ID}-${client?.spanID}-01`,
      'x-b3-spanid': client?.spanID,
      'x-request-id': REQUEST_ID,
      baggage: 'a=1',
    })
    expect(ids).toEqual({ trace_id: TRACE_ID, span_id: server?.spanID, request_id: REQUEST_ID, traceId: TRACE_ID })
    expect(store.store.services()).toEqual(['shop'])
    expect(telemetry.exportStats()).toMatchObject({ failed: 0, dropped: 0 })
    expect(telemetry.exportStats().exported).toBeGreaterThanOrEqual(2)
  })

  it.each([
    [{ OTEL_SERVICE_NAME: 'till' }, 'till'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=desk' }, 'desk'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=desk,broken' }, 'desk'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=' }, 'shop'],
  ])('prefers the service name of %j over its own, if valid', async (env, name) => {
    await using store = await serveTraceStore()
    await using telemetry = await startTelemetry({ ...env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl })
    await using shop = await serveShop(telemetry)
    await shop.get()
    await telemetry.flush()
    expect(store.store.services()).toEqual([name])
  })

  it.each([
    ['always_off', { OTEL_TRACES_SAMPLER: 'always_off' }, HEADERS],
    ['the caller’s flag 00', {}, { ...HEADERS, traceparent: `00-${TRACE_ID}-${PARENT_ID}-00` }],
    [
      'parentbased_always_off where the caller left it open',
      { OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
      { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': PARENT_ID },
    ],
  ])('makes no span and propagates the trace as not sampled: %s', async (_name, env, headers) => {
    await using store = await serveTraceStore()
    await using telemetry = await startTelemetry({ ...env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl })
    await using shop = await serveShop(telemetry)
    expect((await shop.get(headers)).trace_id).toBe(TRACE_ID)
    await telemetry.shutdown()
    expect(shop.calls[0]?.traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`))
    expect(shop.calls[0]?.['x-b3-sampled']).toBe('0')
    expect(store.store.spanCount).toBe(0)
  })

  it('neither injects nor extracts with OTEL_PROPAGATORS=none: the trace breaks', async () => {
    await using store = await serveTraceStore()
    await using telemetry = await startTelemetry({
      OTEL_PROPAGATORS: 'none',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl,
    })
    await using shop = await serveShop(telemetry)
    const { trace_id } = await shop.get()
    await telemetry.shutdown()
    expect(trace_id).not.toBe(TRACE_ID)
    expect(shop.calls[0]).not.toHaveProperty('traceparent')
    expect(shop.calls[0]).not.toHaveProperty('x-b3-traceid')
    expect(store.store.trace(TRACE_ID)).toBeUndefined()
  })

  it('uses the standard propagators that OTEL_PROPAGATORS names', async () => {
    await using telemetry = await startTelemetry({ OTEL_PROPAGATORS: 'b3', OTEL_TRACES_EXPORTER: 'zipkin' })
    await using shop = await serveShop(telemetry)
    await shop.get({ b3: `${TRACE_ID}-${PARENT_ID}-0` })
    expect(shop.calls[0]?.b3).toMatch(new RegExp(`^${TRACE_ID}-[0-9a-f]{16}-0`))
    expect(shop.calls[0]).not.toHaveProperty('traceparent')
  })

  it('propagates the caller’s context when nothing is exported, so that no parent is missing', async () => {
    await using telemetry = await startTelemetry({ OTEL_TRACES_EXPORTER: 'none' })
    await using shop = await serveShop(telemetry)
    await shop.get()
    expect(shop.calls[0]?.traceparent).toBe(HEADERS.traceparent)
  })

  it('restores the environment and leaves no global behind', async () => {
    const before = { ...process.env }
    const telemetry = await startTelemetry({ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_HEADERS: 'a=b' })
    await telemetry.shutdown()
    expect(process.env).toEqual(before)
    expect(trace.getSpan(context.active())).toBeUndefined()
    expect(trace.getTracer('x').startSpan('x').isRecording()).toBe(false)
  })
})

describe('createTelemetry with OTEL_SDK_DISABLED=true', () => {
  it('forwards the headers of the request unchanged, without the SDK', async () => {
    await using telemetry = await startTelemetry({ OTEL_SDK_DISABLED: 'true' })
    await using shop = await serveShop(telemetry)
    expect(telemetry.enabled).toBe(false)
    expect(await shop.get()).toEqual({
      trace_id: TRACE_ID,
      span_id: PARENT_ID,
      request_id: REQUEST_ID,
      traceId: TRACE_ID,
    })
    expect(shop.calls[0]).toMatchObject({
      traceparent: HEADERS.traceparent,
      'x-b3-traceid': TRACE_ID,
      'x-b3-spanid': PARENT_ID,
      'x-b3-sampled': '1',
      'x-request-id': REQUEST_ID,
      baggage: 'a=1',
    })
  })

  it('forwards them with fetch as well, through the adapter of the propagation package', async () => {
    await using _telemetry = await startTelemetry({ OTEL_SDK_DISABLED: 'true' })
    const calls: IncomingHttpHeaders[] = []
    await using upstream = await startServer((req, res) => {
      calls.push(req.headers)
      res.end()
    })
    const forwardFetch = createForwardFetch()
    await using shop = await startServer(async (_req, res) => {
      await forwardFetch(`${upstream.url}/upstream`)
      res.end()
    })
    await request(shop.url, { headers: HEADERS })
    expect(calls[0]).toMatchObject({ traceparent: HEADERS.traceparent, 'x-request-id': REQUEST_ID })
  })

  it('propagates nothing from one request to the next', async () => {
    await using telemetry = await startTelemetry({ OTEL_SDK_DISABLED: 'TRUE' })
    await using shop = await serveShop(telemetry)
    await shop.get()
    expect(await shop.get({})).toEqual({})
    expect(shop.calls[1]).not.toHaveProperty('traceparent')
  })
})

describe('TRACE_CONTEXT_HINT', () => {
  const fresh = { 'x-b3-traceid': 'ab'.repeat(16), 'x-b3-spanid': 'cd'.repeat(8), 'x-b3-sampled': '1' }

  it.each([{ OTEL_TRACES_EXPORTER: 'none' }, { OTEL_SDK_DISABLED: 'true' }])(
    'decides which of two unmarked traces continues: %j',
    async (env) => {
      for (const [hint, traceId] of [['', TRACE_ID] as const, ['b3', fresh['x-b3-traceid']] as const]) {
        await using telemetry = await startTelemetry({ ...env, TRACE_CONTEXT_HINT: hint })
        await using shop = await serveShop(telemetry)
        expect((await shop.get({ ...HEADERS, ...fresh })).trace_id).toBe(traceId)
      }
    },
  )

  it('refuses any other value, with the SDK or without', async () => {
    const start = createTelemetry({ serviceName: 'shop', env: { OTEL_SDK_DISABLED: 'true', TRACE_CONTEXT_HINT: 'x' } })
    await expect(start).rejects.toMatchObject({ code: 'TL_TELEMETRY_CONFIG' })
  })
})

describe('a request that shouldTrace refuses', () => {
  it.each([{}, { OTEL_SDK_DISABLED: 'true' }])('is not part of the trace: %j', async (env) => {
    await using telemetry = await startTelemetry({ ...env, OTEL_TRACES_EXPORTER: 'zipkin' })
    await using shop = await serveShop(telemetry)
    expect(await shop.get(HEADERS, '/api/refused')).toEqual({})
    expect(shop.calls[0]).not.toHaveProperty('traceparent')
    expect(shop.calls[0]).not.toHaveProperty('x-b3-traceid')
    expect(telemetry.exportStats()).toEqual({ exported: 0, failed: 0, dropped: 0 })
  })
})

interface Urls {
  otlpUrl: string
  zipkinUrl: string
}
