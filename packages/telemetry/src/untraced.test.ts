import http from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { startServer } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'
import { request } from './http/request.test-support.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const HEADERS = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`, baggage: 'a=1' }

/** Ways to call the same URL. */
const CALLS: Record<string, (url: string) => Promise<unknown>> = {
  fetch: async (url) => (await fetch(url)).text(),
  'http.get': (url) =>
    new Promise((resolve, reject) => {
      http.get(url, (response) => response.resume().on('end', resolve)).on('error', reject)
    }),
}

describe('a call that is made untraced', () => {
  it.each([{ OTEL_TRACES_EXPORTER: 'none' }, { OTEL_SDK_DISABLED: 'true' }])(
    'has no headers of the request that makes it: %j',
    async (env) => {
      const telemetry = await createTelemetry({ serviceName: 'shop', env })
      telemetry.start()
      const calls: Record<string, IncomingHttpHeaders> = {}
      await using upstream = await startServer((req, res) => {
        calls[decodeURIComponent(req.url ?? '')] = req.headers
        res.end()
      })
      await using shop = await startServer(async (_req, res) => {
        for (const [name, call] of Object.entries(CALLS)) {
          await telemetry.untraced(() => call(`${upstream.url}/untraced ${name}`))
          await call(`${upstream.url}/${name}`)
        }
        res.end()
      })
      await request(shop.url, { headers: HEADERS })
      await telemetry.shutdown()
      for (const name of Object.keys(CALLS)) {
        expect(calls[`/${name}`]).toMatchObject({ traceparent: expect.stringContaining(TRACE_ID), baggage: 'a=1' })
        const untraced = Object.keys(calls[`/untraced ${name}`] ?? { missing: '' })
        expect(untraced.filter((header) => /missing|^trace|^x-b3|baggage/.test(header))).toEqual([])
      }
    },
  )
})
