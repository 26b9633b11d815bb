import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace'
import axios, { type AxiosInstance } from 'axios'
import type { IncomingHttpHeaders } from 'node:http'
import { pollUntil, startServer, type StartedServer } from '@throughline/lab-testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startInMemorySdk, type InMemorySdk } from '../in-memory-sdk.test-support.ts'

describe('axios client spans', () => {
  let sdk: InMemorySdk
  let upstream: StartedServer
  let client: AxiosInstance
  let received: IncomingHttpHeaders[]

  beforeEach(async () => {
    // Only client spans are checked here.
    sdk = startInMemorySdk({ shouldTrace: () => false })
    received = []
    upstream = await startServer((req, res) => {
      received.push(req.headers)
      if (req.url === '/hang') return
      if (req.url === '/reset') {
        req.socket.destroy()
        return
      }
      res.statusCode = Number(req.url?.match(/\d{3}/)?.[0] ?? 200)
      res.end('{}')
    })
    client = axios.create({ baseURL: upstream.url })
    sdk.axios.instrument(client)
  })
  afterEach(async () => {
    await upstream[Symbol.asyncDispose]()
    await sdk[Symbol.asyncDispose]()
  })

  it.each(['http', 'fetch'] as const)('has one span per call over %s, and its id in the headers', async (adapter) => {
    await client.get('/items', { params: { a: 1 }, auth: { username: 'u', password: 'p' }, adapter })
    expect(sdk.spans()).toHaveLength(1)
    const [span] = sdk.spans()
    expect(span).toMatchObject({ name: 'GET', kind: SpanKind.CLIENT, status: { code: SpanStatusCode.UNSET } })
    expect(span?.attributes).toEqual({
      'http.request.method': 'GET',
      'url.full': `${upstream.url}/items?a=1`,
      'server.address': '127.0.0.1',
      'server.port': upstream.port,
      'http.response.status_code': 200,
    })
    const { traceId, spanId } = span?.spanContext() ?? {}
    expect(received[0]?.traceparent).toBe(`00-${traceId}-${spanId}-01`)
    expect(received[0]).toMatchObject({ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' })
  })

  it('removes the credentials from url.full and keeps its query', async () => {
    await client.get(`http://user:secret@127.0.0.1:${upstream.port}/?q=1`)
    expect(sdk.spans()[0]?.attributes['url.full']).toBe(`${upstream.url}/?q=1`)
  })

  it('is the child of the active span', async () => {
    const parent = trace.getTracer('test').startSpan('parent')
    await context.with(trace.setSpan(context.active(), parent), () => client.get('/'))
    expect(sdk.spans()[0]?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId)
  })

  it.each([404, 500])('is an error on %i, whether axios rejects or not', async (status) => {
    await expect(client.get(`/${status}`)).rejects.toThrow(String(status))
    await client.get(`/${status}`, { validateStatus: () => true })
    for (const span of sdk.spans()) {
      expect(span.status.code).toBe(SpanStatusCode.ERROR)
      expect(span.attributes).toMatchObject({ 'http.response.status_code': status, 'error.type': String(status) })
    }
    expect(sdk.spans()).toHaveLength(2)
  })

  it('ends with the code of a network error', async () => {
    await expect(client.get('/reset')).rejects.toThrow('socket hang up')
    expect(sdk.spans()[0]?.attributes['error.type']).toBe('ECONNRESET')
    expect(sdk.spans()[0]?.status.code).toBe(SpanStatusCode.ERROR)
  })

  it('ends at a timeout', async () => {
    await expect(client.get('/hang', { timeout: 30 })).rejects.toThrow('timeout')
    expect(sdk.spans()[0]?.attributes['error.type']).toBe('ECONNABORTED')
  })

  it.each(['http', 'fetch'] as const)('ends when the call over %s is cancelled', async (adapter) => {
    const abort = new AbortController()
    const call = client.get('/hang', { signal: abort.signal, adapter })
    await pollUntil(() => received.length === 1, { what: 'the request to arrive' })
    abort.abort()
    await expect(call).rejects.toThrow(/abort|cancel/)
    expect(sdk.spans().map((span) => span.attributes['error.type'])).toEqual(['ERR_CANCELED'])
  })

  it('ends when the call was cancelled before it began', async () => {
    await expect(client.get('/', { signal: AbortSignal.abort() })).rejects.toThrow('canceled')
    expect(sdk.spans()).toHaveLength(1)
  })

  it('has a span and fresh headers for a retry of the same config', async () => {
    let retried = false
    client.interceptors.response.use(undefined, (error: { config: object }) => {
      if (retried) throw error as unknown as Error
      retried = true
      return client.request(error.config)
    })
    await expect(client.get('/503')).rejects.toThrow('503')
    expect(sdk.spans()).toHaveLength(2)
    expect(received.map((headers) => headers['x-b3-spanid'])).toEqual(
      sdk.spans().map((span) => span.spanContext().spanId),
    )
  })

  it('survives an interceptor that copies the config', async () => {
    const instance = axios.create({ baseURL: upstream.url })
    instance.interceptors.request.use((config) => ({ ...config }))
    sdk.axios.instrument(instance)
    await instance.get('/')
    expect(sdk.spans()).toHaveLength(1)
  })

  it('replaces headers that are already there in another case', async () => {
    await client.get('/', { headers: { TraceParent: 'stale', 'X-B3-TraceId': 'stale' } })
    expect(received[0]?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(received[0]?.['x-b3-traceid']).toMatch(/^[0-9a-f]{32}$/)
  })

  it('sends no headers and makes no span where tracing is suppressed', async () => {
    await context.with(suppressTracing(context.active()), () => client.get('/'))
    expect(sdk.spans()).toEqual([])
    expect(received[0]).not.toHaveProperty('traceparent')
    expect(received[0]).not.toHaveProperty('x-b3-traceid')
  })

  it('can be registered twice and removed', async () => {
    const eject = sdk.axios.instrument(client)
    await client.get('/')
    expect(sdk.spans()).toHaveLength(1)
    eject()
    await client.get('/')
    expect(sdk.spans()).toHaveLength(1)
    expect(received[1]).not.toHaveProperty('traceparent')
  })
})

describe('axios client spans that are not sampled', () => {
  it('propagate the trace with flags 00', async () => {
    await using sdk = startInMemorySdk({ sampler: new AlwaysOffSampler() })
    const received: IncomingHttpHeaders[] = []
    await using upstream = await startServer((req, res) => {
      received.push(req.headers)
      res.end()
    })
    const client = axios.create()
    sdk.axios.instrument(client)
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const incoming = { traceparent: `00-${traceId}-b7ad6b7169203331-00` }
    await context.with(propagation.extract(context.active(), incoming), () => client.get(upstream.url))
    expect(received[0]?.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
    expect(received[0]?.['x-b3-sampled']).toBe('0')
    expect(sdk.spans()).toEqual([])
  })
})
