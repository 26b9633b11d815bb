import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { kindOf, startServer } from '@throughline/lab-testkit'
import { serveTraceStore } from '@throughline/trace-store'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPackage, startFixture } from './child.test-support.ts'
import { request } from './http/request.test-support.ts'

const MAIN = new URL('./fixtures/main.mjs', import.meta.url)
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'

describe('TRACE_INSTRUMENTATION=stock in a program that starts telemetry before it imports its app', () => {
  beforeAll(buildPackage, 60_000)

  it.each(['stock', 'diagnostics'])(
    'has the same two spans and refuses the same requests: %s',
    async (instrumentation) => {
      await using store = await serveTraceStore()
      const calls: IncomingHttpHeaders[] = []
      await using upstream = await startServer((req, res) => {
        calls.push(req.headers)
        res.end('{}')
      })
      const env = {
        TRACE_INSTRUMENTATION: instrumentation,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl,
        UPSTREAM: upstream.url,
      }
      await using shop = startFixture(MAIN, { preload: false, env })
      const { port } = (await shop.message()) as AddressInfo
      const headers = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` }
      await request(`http://127.0.0.1:${port}/health`, { headers })
      await request(`http://127.0.0.1:${port}/api/items/5`, { headers })
      await request(`http://127.0.0.1:${port}/missing`, {
        headers: { traceparent: headers.traceparent.replace(/1$/, '0') },
      })
      shop.kill('SIGTERM')
      expect(await shop.exited).toEqual({ code: 0, signal: null })

      expect(calls).toHaveLength(2)
      expect(calls[0]).not.toHaveProperty('traceparent')
      expect(calls[0]).not.toHaveProperty('x-b3-traceid')
      expect(store.store.spanCount).toBe(2)
      const spans = store.store.trace(TRACE_ID)?.spans ?? []
      const client = spans.find((span) => kindOf(span) === 'client')
      expect(calls[1]?.traceparent).toBe(`00-${TRACE_ID}-${client?.spanID}-01`)
      const names = spans.map((span) => span.operationName)
      expect(names.sort()).toEqual(['GET', 'GET /api/items/:id'])
    },
  )
})
