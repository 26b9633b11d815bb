import { startServer } from '@throughline/lab-testkit'
import axios from 'axios'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPackage, startFixture } from './child.test-support.ts'
import { createTelemetry } from './create-telemetry.ts'
import { request } from './http/request.test-support.ts'
import type { TelemetryOptions } from './telemetry.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
/** As nginx creates them. */
const HEX_ID = '3b1f3a3e8c8a4a5e9f0e0123456789ab'
const HEADERS = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`, 'x-request-id': HEX_ID, baggage: 'a=1' }
const FORCING_ID = '3b1f3a3e-8c8a-aa5e-9f0e-0123456789ab'

/** The headers of a service's one call for a request with these headers. */
async function callOf(options: Partial<TelemetryOptions>, headers: Record<string, string>) {
  const calls: IncomingHttpHeaders[] = []
  await using upstream = await startServer((req, res) => {
    calls.push(req.headers)
    res.end('{}')
  })
  const telemetry = await createTelemetry({
    serviceName: 'shop',
    shouldTrace: ({ path }) => path !== '/upstream',
    ...options,
  })
  telemetry.start()
  try {
    const client = axios.create()
    telemetry.instrumentAxios(client)
    await using shop = await startServer((_req, res) => {
      client.get(`${upstream.url}/upstream`).then(
        () => res.end(),
        () => res.writeHead(502).end(),
      )
    })
    await request(shop.url, { headers })
  } finally {
    await telemetry.shutdown()
  }
  return calls[0] ?? {}
}

describe.each([{ OTEL_TRACES_EXPORTER: 'none' }, { OTEL_SDK_DISABLED: 'true' }])('a service at the edge: %j', (env) => {
  it.each([
    ['edge: true', { edge: true, env }],
    ['TRACE_CONTEXT_EDGE=true', { env: { ...env, TRACE_CONTEXT_EDGE: 'true' } }],
  ])('continues no foreign trace with %s, and forwards no baggage or id that forces one', async (_name, options) => {
    const call = await callOf(options, { ...HEADERS, 'x-request-id': FORCING_ID })
    expect(call['traceparent'] ?? '').not.toContain(TRACE_ID)
    expect(call['baggage']).toBeUndefined()
    expect(call['x-request-id']).toBeUndefined()
  })

  it('is trusted again if the program says so', async () => {
    const call = await callOf({ edge: false, env: { ...env, TRACE_CONTEXT_EDGE: 'true' } }, HEADERS)
    expect(call['traceparent']).toContain(TRACE_ID)
  })

  it.each([
    ["requestId: 'any'", { requestId: 'any' as const, env }, HEX_ID],
    ['TRACE_REQUEST_ID=any', { env: { ...env, TRACE_REQUEST_ID: 'any' } }, HEX_ID],
    ['neither', { env }, undefined],
  ])('forwards a request id of 32 hex digits as configured: %s', async (_name, options, expected) => {
    expect((await callOf(options, HEADERS))['x-request-id']).toBe(expected)
  })
})

describe('the preload', () => {
  beforeAll(buildPackage, 60_000)

  it('reads both from the environment', async () => {
    const calls: IncomingHttpHeaders[] = []
    await using upstream = await startServer((req, res) => {
      calls.push(req.headers)
      res.setHeader('content-type', 'application/json').end('{"count":1}')
    })
    const env = {
      OTEL_TRACES_EXPORTER: 'none',
      TRACE_CONTEXT_EDGE: 'true',
      TRACE_REQUEST_ID: 'any',
      UPSTREAM: upstream.url,
    }
    await using shop = startFixture(new URL('./fixtures/preloaded.mjs', import.meta.url), { env })
    const { port } = (await shop.message()) as AddressInfo
    await request(`http://127.0.0.1:${port}/api/items/5`, { headers: HEADERS })
    expect(calls[0]?.['x-request-id']).toBe(HEX_ID)
    expect(calls[0]?.['traceparent'] ?? '').not.toContain(TRACE_ID)
  })
})
