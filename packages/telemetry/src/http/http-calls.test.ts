import { once } from 'node:events'
// oxlint-disable-next-line house/builtin-import -- a program may import a function by its name, and it is called here
import http, { get } from 'node:http'
import type net from 'node:net'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { createHeaderRecorder, type HeaderRecorder, pollUntil, startServer } from '@throughline/lab-testkit'
import axios from 'axios'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type InMemorySdk, startInMemorySdk } from '../in-memory-sdk.test-support.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'
const incoming = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` }

/** Runs in the context of a request with `incoming`. */
function inTrace<T>(fn: () => T): T {
  return context.with(propagation.extract(context.active(), incoming), fn)
}

async function finished(request: http.ClientRequest): Promise<http.IncomingMessage> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  await once(response.resume(), 'end')
  return response
}

describe('the calls of every client', () => {
  let sdk: InMemorySdk
  let callee: HeaderRecorder
  beforeEach(async () => {
    sdk = startInMemorySdk({ everyClient: true, shouldTrace: () => false })
    callee = await createHeaderRecorder()
  })
  afterEach(async () => {
    await sdk[Symbol.asyncDispose]()
    await callee.close()
  })

  /** The one call has the headers of the one span, once each. */
  async function expectOneSpan(): Promise<void> {
    await pollUntil(() => sdk.spans().length === 1, { what: 'the span to end' })
    const [span] = sdk.spans()
    expect(callee.requests).toHaveLength(1)
    expect(callee.requests[0]?.header('traceparent')).toEqual([`00-${TRACE_ID}-${span?.spanContext().spanId}-01`])
    expect(callee.requests[0]?.header('x-b3-traceid')).toEqual([TRACE_ID])
    expect(span?.kind).toBe(SpanKind.CLIENT)
    expect(span?.parentSpanContext?.spanId).toBe(PARENT_ID)
  }

  const old = { TraceParent: 'old', 'X-B3-TraceId': 'old' }
  const host = (): string => `127.0.0.1:${callee.port}`
  const CALLS: Record<string, () => Promise<unknown>> = {
    'http.request': () => finished(http.request(callee.url).end()),
    'http.get by its name': () => finished(get(callee.url)),
    'headers that are set already': () => finished(http.get(callee.url, { headers: old })),

    'headers in a list': () => finished(http.get(callee.url, { headers: ['Host', host(), 'TraceParent', 'old'] })),
    Expect: async () => {
      const request = http.request(callee.url, { method: 'POST', headers: { ...old, expect: '100-continue' } })
      request.on('continue', () => request.end('body')).flushHeaders()
      await finished(request)
    },
    'options alone': () => finished(http.get({ host: '127.0.0.1', port: callee.port, path: '/', headers: old })),
    fetch: async () => (await fetch(callee.url)).text(),
    'fetch with headers that are set': async () => (await fetch(callee.url, { headers: old })).text(),
    'fetch of undici through an agent': async () => {
      const dispatcher = new Agent()
      await (await undiciFetch(callee.url, { dispatcher, headers: old })).text()
      await dispatcher.close()
    },
    'axios that is instrumented too': async () => {
      const client = axios.create()
      sdk.axios.instrument(client)
      await client.get(callee.url)
    },
    'axios over fetch': () => axios.create({ adapter: 'fetch', headers: old }).get(callee.url),
  }

  it.each(Object.keys(CALLS))('have one span and one value in each header: %s', async (name) => {
    await inTrace(() => CALLS[name]?.())
    await expectOneSpan()
  })

  it('have the attributes of HTTP client spans', async () => {
    await inTrace(() => finished(http.get(`${callee.url}/items?sig=secret`)))
    await inTrace(async () => (await fetch(`${callee.url}/items?sig=secret`)).text())
    for (const headers of [['Host', host()], { host: 'shop' }]) {
      await inTrace(() => finished(http.get(`${callee.url}/items?sig=secret`, { headers })))
    }
    await pollUntil(() => sdk.spans().length === 4, { what: 'the spans to end' })
    for (const span of sdk.spans()) {
      expect(span.name).toBe('GET')
      expect(span.attributes).toEqual({
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'server.address': '127.0.0.1',
        'server.port': callee.port,
        'network.peer.address': '127.0.0.1',
        'network.peer.port': callee.port,
        'network.protocol.version': '1.1',
        'url.full': `${callee.url}/items?sig=REDACTED`,
      })
    }
  })

  it('do not change the given options and lists', async () => {
    const headers = Object.freeze(['Host', host()])
    const options = Object.freeze({ headers: Object.freeze({ expect: '100-continue' }) })
    await inTrace(() => finished(http.get(callee.url, { headers })))
    await inTrace(() => finished(http.get(callee.url, options)))
    expect(callee.requests.map((call) => call.header('traceparent').length)).toEqual([1, 1])
  })

  it('end with the error: refused, cut off, aborted, an error status', async () => {
    await using broken = await startServer((request, response) => {
      if (request.url === '/status') response.writeHead(503).end()
      else response.writeHead(200, { 'content-length': 10 }).write('half', () => response.destroy())
    })
    const closed = await startServer(() => {})
    await closed.close()
    const abort = new AbortController()
    await using hanging = await startServer(() => abort.abort())
    await expect(finished(http.get(closed.url))).rejects.toThrow('ECONNREFUSED')
    await expect(fetch(closed.url)).rejects.toThrow('fetch failed')
    await new Promise((resolve) => http.get(broken.url, (res) => res.resume().on('error', resolve)))
    await expect(fetch(broken.url).then((res) => res.text())).rejects.toThrow('terminated')
    await finished(http.get(`${broken.url}/status`))
    await expect(fetch(hanging.url, { signal: abort.signal })).rejects.toThrow('aborted')
    await pollUntil(() => sdk.spans().length === 6, { what: 'the spans to end' })
    expect(sdk.spans().map((span) => span.attributes['error.type'])).toEqual([
      'ECONNREFUSED',
      'ECONNREFUSED',
      'ECONNRESET',
      expect.stringMatching(/UND_ERR_SOCKET|ECONNRESET/),
      '503',
      'AbortError',
    ])
    expect(sdk.spans().map((span) => span.status.code)).toEqual(Array.from({ length: 6 }, () => SpanStatusCode.ERROR))
  })

  it('respect the spans that another instrumentation has made and injected', async () => {
    const call = (headers: Record<string, string>): Promise<unknown>[] => [
      finished(http.get(callee.url, { headers })),
      finished(http.get(callee.url, { headers: { ...headers, expect: '100-continue' } })),
      fetch(callee.url, { headers }).then((response) => response.text()),
    ]
    await inTrace(async () => {
      const span = trace.getTracer('theirs').startSpan('theirs', { kind: SpanKind.CLIENT })
      const ownContext = trace.setSpan(context.active(), span)
      for (const active of [context.active(), ownContext]) {
        const headers = { b3: 'old' }
        propagation.inject(ownContext, headers)
        await context.with(active, () => Promise.all(call(headers)))
      }
      span.end()
    })
    expect(sdk.spans().map(({ name }) => name)).toEqual(['theirs'])
    const id = sdk.spans()[0]?.spanContext().spanId
    expect(callee.requests.map((request) => request.header('x-b3-spanid'))).toEqual(callee.requests.map(() => [id]))
    expect(callee.requests.slice(0, 2).map((request) => request.header('b3'))).toEqual([[], []])
  })

  it('fail as they would without telemetry, and no span stays open', () => {
    const invalid = { headers: ['Host', 'a\nb'] }
    expect(() => http.get(callee.url, invalid)).toThrow('Invalid character')
    expect(() => http.get('no url')).toThrow('Invalid URL')
    expect(sdk.spans().every((span) => span.ended)).toBe(true)
  })

  it('pass an unhandled error to the process, as before', async () => {
    const request = http.get('http://127.0.0.1:1')
    expect(request.listenerCount('error')).toBe(0)
    await once(request, 'error')
  })

  it('upgrade with headers, and the span ends with the upgrade', async () => {
    const server = http.createServer().on('upgrade', (request, socket: net.Socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')
      expect(request.headers['traceparent']).toContain(TRACE_ID)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as net.AddressInfo
    const request = inTrace(() =>
      http.get({ host: '127.0.0.1', port, headers: { connection: 'upgrade', upgrade: 'x' } }),
    )
    const [, socket] = (await once(request, 'upgrade')) as [unknown, net.Socket]
    socket.destroy()
    server.close()
    await pollUntil(() => sdk.spans().length === 1, { what: 'the span to end' })
    expect(sdk.spans()[0]?.attributes['http.response.status_code']).toBe(101)
    expect(sdk.spans()[0]?.status.code).toBe(SpanStatusCode.UNSET)
  })
})

describe('when telemetry stops', () => {
  it('http is restored', async () => {
    const { request } = http
    const sdk = startInMemorySdk({ everyClient: true, shouldTrace: () => false })
    expect(http.request).not.toBe(request)
    await sdk[Symbol.asyncDispose]()
    expect(http.request).toBe(request)
  })
})
