import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startServer } from '@throughline/lab-testkit'
import { serveTraceStore, type JaegerSpan } from '@throughline/trace-store'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPackage, startFixture, type Child } from './child.test-support.ts'
import { request } from './http/request.test-support.ts'

const PLAIN = new URL('./fixtures/plain.mjs', import.meta.url)
const PRELOADED = new URL('./fixtures/preloaded.mjs', import.meta.url)
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'
const HEADERS = {
  traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`,
  'x-request-id': '3b1f3a3e-8c8a-4a5e-9f0e-0123456789ab',
}

async function serveUpstream() {
  const calls: IncomingHttpHeaders[] = []
  const upstream = await startServer((req, res) => {
    calls.push(req.headers)
    res.setHeader('content-type', 'application/json').end('{"count":1}')
  })
  return Object.assign(upstream, { calls })
}

describe('node --import @throughline/telemetry/register', () => {
  beforeAll(buildPackage, 60_000)

  it.each(['diagnostics', 'stock'])(
    'makes one server span and one client span per request: %s',
    async (instrumentation) => {
      await using store = await serveTraceStore()
      await using upstream = await serveUpstream()
      await using shop = startFixture(PRELOADED, {
        env: {
          TRACE_INSTRUMENTATION: instrumentation,
          OTEL_SERVICE_NAME: 'shop',
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl,
          UPSTREAM: upstream.url,
        },
      })
      const answer = await request(`${await addressOf(shop)}/api/items/5?a=1`, { headers: HEADERS })
      expect(answer).toBe('{"count":1}')
      // The signal flushes, and still ends a program without a handler.
      shop.kill('SIGTERM')
      expect(await shop.exited).toEqual({ code: null, signal: 'SIGTERM' })

      expect(store.store.traces().map((trace) => trace.traceID)).toEqual([TRACE_ID])
      const spans = store.store.trace(TRACE_ID)?.spans ?? []
      const server = spans.find((span) => tag(span, 'span.kind') === 'server')
      const client = spans.find((span) => tag(span, 'span.kind') === 'client')
      expect(spans).toHaveLength(2)
      expect(server?.operationName).toBe('GET /api/items/:id')
      expect(server && tag(server, 'http.route')).toBe('/api/items/:id')
      expect(server?.references[0]?.spanID).toBe(PARENT_ID)
      expect(client?.references[0]?.spanID).toBe(server?.spanID)
      expect(upstream.calls).toHaveLength(1)
      expect(upstream.calls[0]).toMatchObject({
        traceparent: `00-${TRACE_ID}-${client?.spanID}-01`,
        'x-b3-traceid': TRACE_ID,
        'x-b3-spanid': client?.spanID,
        'x-b3-sampled': '1',
        'x-request-id': HEADERS['x-request-id'],
      })
      expect(await shop.stderr).toBe('')
    },
  )

  it.each(['diagnostics', 'stock'])('forwards headers without the SDK, with any instrumentation: %s', async (mode) => {
    await using upstream = await serveUpstream()
    await using shop = startFixture(PRELOADED, {
      env: {
        TRACE_INSTRUMENTATION: mode,
        OTEL_SDK_DISABLED: 'true',
        UPSTREAM: upstream.url,
      },
    })
    await request(`${await addressOf(shop)}/api/items/5`, { headers: HEADERS })
    expect(upstream.calls[0]).toMatchObject({ traceparent: HEADERS.traceparent, 'x-b3-spanid': PARENT_ID })
  })

  it('respects the drain time and exit code of a program that handles SIGTERM', async () => {
    await using store = await serveTraceStore()
    await using upstream = await serveUpstream()
    await using shop = startFixture(PRELOADED, {
      env: {
        DRAIN: 'true',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl,
        UPSTREAM: upstream.url,
      },
    })
    await request(`${await addressOf(shop)}/api/items/5`, { headers: HEADERS })
    shop.kill('SIGTERM')
    expect(await shop.exited).toEqual({ code: 7, signal: null })
    // The request's two, and one of a call that was made while draining.
    expect(store.store.trace(TRACE_ID)?.spans).toHaveLength(2)
    expect(store.store.spanCount).toBe(3)
  })

  it('flushes when the program ends by itself', async () => {
    await using store = await serveTraceStore()
    await using plain = startFixture(PLAIN, { env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl } })
    expect(await plain.exited).toEqual({ code: 0, signal: null })
    expect(store.store.spanCount).toBe(1)
  })

  it('reports an invalid environment and does not start', async () => {
    await using plain = startFixture(PLAIN, { env: { OTEL_TRACES_EXPORTER: 'xray' } })
    expect((await plain.exited).code).toBe(1)
    expect(await plain.stderr).toContain('OTEL_TRACES_EXPORTER=xray is unknown')
  })
})

async function addressOf(child: Child): Promise<string> {
  const { port } = (await child.message()) as AddressInfo
  return `http://127.0.0.1:${port}`
}

function tag(span: JaegerSpan, key: string): unknown {
  return span.tags.find((candidate) => candidate.key === key)?.value
}
