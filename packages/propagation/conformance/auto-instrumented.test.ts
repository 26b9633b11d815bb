import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type InstalledPackage, installPackage } from './installed-package.ts'
import { postRaw } from './post-raw.ts'
import { QUIET_SDK, startApp } from './start-app.ts'
import { record, valuesOf } from './test-server.ts'

const require = createRequire(import.meta.url)
const TRACE = '80f198ee56343ba864fe8b2a57d3eff7'
const APP = 'aaaaaaaaaaaaaaa1'
const SIDECAR = 'eeeeeeeeeeeeeee2'
/** The headers of a service behind a zipkin sidecar: a fresh B3 context beside an old traceparent. */
const INCOMING: [string, string][] = [
  ['traceparent', `00-${TRACE}-${APP}-01`],
  ['tracestate', `tl=p:${APP}`],
  ['x-b3-traceid', TRACE],
  ['x-b3-spanid', SIDECAR],
  ['x-b3-parentspanid', APP],
  ['x-b3-sampled', '1'],
  ['x-request-id', '9b2f1c04-7d3e-9a55-8f10-3c2a6b7d8e9f'],
]

/** An application without tracing that calls with both of Node's clients. */
const PLAIN_APP = `
const http = require('node:http')
const get = (url) => new Promise((resolve) => http.get(url, (response) => response.resume().on('end', resolve)))
const server = http.createServer(async (_request, response) => {
  await get(process.env.UPSTREAM)
  await (await fetch(process.env.UPSTREAM)).text()
  response.end('{}')
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

/** The same, with the adapters for applications without an SDK. */
const FORWARDING_APP = `
const http = require('node:http')
const { createForwardFetch } = require('@throughline/propagation/fetch')
const { createForwardRequest } = require('@throughline/propagation/http-client')
const { createForwardListener } = require('@throughline/propagation/http-server')
const forwardGet = createForwardRequest(http.get)
const forwardFetch = createForwardFetch()
const get = (url) => new Promise((resolve) => forwardGet(url, (response) => response.resume().on('end', resolve)))
const server = http.createServer(createForwardListener(async (_request, response) => {
  await get(process.env.UPSTREAM)
  await (await forwardFetch(process.env.UPSTREAM)).text()
  response.end('{}')
}))
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe('under auto-instrumentations-node', () => {
  let installed: InstalledPackage
  beforeAll(async () => {
    installed = await installPackage()
    await fs.writeFile(path.join(installed.project, 'plain.cjs'), PLAIN_APP)
    await fs.writeFile(path.join(installed.project, 'forwarding.cjs'), FORWARDING_APP)
  })
  afterAll(() => installed[Symbol.asyncDispose]())

  /** Sends one request through the application and returns the two calls it made. */
  async function callsOf(app: string, imports: readonly string[], env: Record<string, string>) {
    await using upstream = await record()
    await using application = await startApp({
      cwd: installed.project,
      args: [...imports.map((name) => `--import=${name}`), app],
      env: { ...QUIET_SDK, UPSTREAM: upstream.url, ...env },
    })
    expect(await postRaw(application.url, INCOMING, '')).toMatch(/^HTTP\/1\.1 200 /)
    return upstream.requests
  }

  const AUTO = require.resolve('@opentelemetry/auto-instrumentations-node/register')

  it('two settings bring an application that knows nothing of it into the trace of its sidecar', async () => {
    const calls = await callsOf('plain.cjs', ['@throughline/propagation/otel-register', AUTO], {
      OTEL_PROPAGATORS: 'none',
    })
    expect(calls).toHaveLength(2)
    for (const headers of calls) {
      const [spanId = ''] = valuesOf(headers, 'x-b3-spanid')
      expect([APP, SIDECAR]).not.toContain(spanId)
      expect(valuesOf(headers, 'traceparent')).toEqual([`00-${TRACE}-${spanId}-01`])
      expect(valuesOf(headers, 'tracestate')).toEqual([`tl=p:${spanId}`])
      expect(valuesOf(headers, 'x-b3-traceid')).toEqual([TRACE])
      expect(valuesOf(headers, 'x-b3-sampled')).toEqual(['1'])
      expect(valuesOf(headers, 'x-request-id')).toHaveLength(1)
      expect(valuesOf(headers, 'b3')).toEqual([])
    }
  })

  it('the adapters leave the trace context to its propagator, so no header is doubled', async () => {
    const calls = await callsOf('forwarding.cjs', [AUTO], { OTEL_PROPAGATORS: 'tracecontext,baggage' })
    expect(calls).toHaveLength(2)
    for (const headers of calls) {
      expect(valuesOf(headers, 'traceparent')).toHaveLength(1)
      expect(valuesOf(headers, 'traceparent')[0]).not.toContain(SIDECAR)
      expect(valuesOf(headers, 'x-b3-spanid')).toEqual([])
      expect(valuesOf(headers, 'x-request-id')).toHaveLength(1)
    }
  })

  it('the adapters write every header while no propagator is registered', async () => {
    const calls = await callsOf('forwarding.cjs', [], {})
    expect(calls).toHaveLength(2)
    for (const headers of calls) {
      expect(valuesOf(headers, 'traceparent')).toEqual([`00-${TRACE}-${SIDECAR}-01`])
      expect(valuesOf(headers, 'x-b3-spanid')).toEqual([SIDECAR])
    }
  })
})
