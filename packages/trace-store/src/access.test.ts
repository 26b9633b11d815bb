import { once } from 'node:events'
import http from 'node:http'

import { describe, expect, it } from 'vitest'

import { serveTraceStore } from './serve-trace-store.ts'

async function statusOf(url: string, headers: http.OutgoingHttpHeaders, method = 'GET', body = ''): Promise<number> {
  const request = http.request(url, { method, headers, agent: false })
  request.end(body)
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.resume()
  return response.statusCode ?? 0
}

describe('the Host header', () => {
  it.each([
    ['localhost', 200],
    ['localhost:16686', 200],
    ['LocalHost.:16686', 200],
    ['lab.localhost', 200],
    ['127.0.0.1:1', 200],
    ['[::1]:16686', 200],
    ['traces.example', 200],
    ['traces.example:80', 200],
    ['evil.example', 403],
    ['evil.example:16686', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['evil.example:80:127.0.0.1', 403],
    ['[evil.example]', 403],
    ['notlocalhost', 403],
  ])('%j answers %i', async (host, status) => {
    await using served = await serveTraceStore({ allowedHosts: ['traces.example'] })
    expect(await statusOf(`${served.queryUrl}/api/services`, { host })).toBe(status)
  })

  it('is checked on every port', async () => {
    await using served = await serveTraceStore()
    const headers = { host: 'evil.example', 'content-type': 'application/json' }
    for (const url of [served.otlpUrl, served.zipkinUrl, `${served.datadogUrl}/v0.4/traces`]) {
      expect(await statusOf(url, headers, 'POST', '[]')).toBe(403)
    }
  })
})

describe('a page of another origin', () => {
  it.each<[string, Record<string, string>]>([
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ['in a browser without Sec-Fetch-Site', { origin: 'http://localhost:8000' }],
    ['without an origin of its own', { origin: 'null' }],
  ])('%s can neither send nor read', async (_, headers) => {
    await using served = await serveTraceStore()
    const body = '[{"traceId":"1","id":"1"}]'
    const type = { 'content-type': 'application/json' }
    expect(await statusOf(served.zipkinUrl, { ...headers, ...type }, 'POST', body)).toBe(403)
    expect(await statusOf(`${served.queryUrl}/api/traces`, headers)).toBe(403)
    expect(served.store.spanCount).toBe(0)
  })

  it('that sends text or no content type, which needs no permission, forges no span', async () => {
    await using served = await serveTraceStore()
    const body = '[{"traceId":"1","id":"1"}]'
    for (const url of [served.otlpUrl, served.zipkinUrl, `${served.datadogUrl}/v0.4/traces`]) {
      expect(await statusOf(url, {}, 'POST', body)).toBe(415)
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        expect(await statusOf(url, { 'content-type': type }, 'POST', body)).toBe(415)
      }
    }
    expect(served.store.spanCount).toBe(0)
  })

  it('may be opened by the user: an address typed in, or the page itself', async () => {
    await using served = await serveTraceStore()
    expect(await statusOf(`${served.queryUrl}/health`, { 'sec-fetch-site': 'none' })).toBe(200)
    const { host } = new URL(served.queryUrl)
    const ownPage = { 'sec-fetch-site': 'same-origin', origin: `http://${host}`, host }
    expect(await statusOf(`${served.queryUrl}/health`, ownPage)).toBe(200)
  })
})
