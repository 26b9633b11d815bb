import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startServer } from '@throughline/lab-testkit'
import { serveTraceStore } from '@throughline/trace-store'
import { describe, expect, it } from 'vitest'
import { answers } from './answers.test-support.ts'
import { openBackend } from './open-backend.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const window = { startUs: 1_700_000_000_000_000, endUs: 1_700_000_001_000_000 }

const open = (target: string, headers = {}) => openBackend({ target, headers })

const zipkinSpan = {
  traceId: TRACE_ID,
  id: '00f067aa0ba902b7',
  parentId: 'b7ad6b7169203331',
  kind: 'SERVER',
  name: 'cart.shop',
  timestamp: 1_700_000_000_500_000,
  duration: 9461,
  localEndpoint: { serviceName: 'cart-sidecar' },
  tags: {
    component: 'proxy',
    node_id: 'cart-node',
    'http.url': 'http://user:secret@Cart.shop:80/item?token=secret#x',
    'http.status_code': '503',
    response_flags: 'UH',
    upstream_cluster: 'inbound|8080||',
    'guid:x-request-id': 'ef8b7bd8-3deb-9001-9068-c165bb48bf36',
    user_agent: 'curl/8 throughline-verify/1.2.3 (0123456789ab)',
  },
}

const otlp = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'frontend' } }] },
      scopeSpans: [
        {
          scope: { name: 'http' },
          spans: [
            {
              traceId: TRACE_ID,
              spanId: '00f067aa0ba902b7',
              kind: 3,
              name: 'GET',
              startTimeUnixNano: '1700000000500000000',
              endTimeUnixNano: '1700000000509461000',
              attributes: [
                { key: 'url.full', value: { stringValue: 'https://cart.shop/item?token=secret' } },
                { key: 'http.response.status_code', value: { intValue: '200' } },
              ],
              status: { code: 2 },
            },
          ],
        },
      ],
    },
  ],
}

describe('a Zipkin', () => {
  it('is recognized by its API; its spans keep only what rules need', async () => {
    await using server = await startServer(
      answers({
        '/api/v2/services': [],
        '/api/v2/traces': [[zipkinSpan]],
        [`/api/v2/trace/${TRACE_ID}`]: [zipkinSpan],
      }),
    )
    const backend = await open(server.url)
    expect(backend).toMatchObject({ kind: 'zipkin', searchable: true })
    const [span] = await backend.trace(TRACE_ID)
    expect(span).toEqual({
      traceId: TRACE_ID,
      spanId: '00f067aa0ba902b7',
      parentId: 'b7ad6b7169203331',
      service: 'cart-sidecar',
      proxy: true,
      kind: 'server',
      name: 'cart.shop',
      startUs: 1_700_000_000_500_000,
      durationUs: 9461,
      status: 503,
      error: false,
      authority: 'cart.shop',
      path: '/item',
      requestId: 'ef8b7bd8-3deb-9001-9068-c165bb48bf36',
      node: 'cart-node',
      tracer: 'zipkin',
      cluster: 'inbound|8080||',
      flags: 'UH',
      probe: '0123456789ab',
      language: null,
    })
    expect(await backend.search(window, [])).toEqual([span])
  })
})

describe('a Tempo', () => {
  // Shapes of Tempo's documentation; ids are base64, as protobuf's JSON has them.
  const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
  const tempo = structuredClone(otlp) as {
    resourceSpans: { scopeSpans: { spans: { traceId: string; spanId: string }[] }[] }[]
  }
  for (const span of tempo.resourceSpans[0]?.scopeSpans[0]?.spans ?? []) {
    span.traceId = base64(span.traceId)
    span.spanId = base64(span.spanId)
  }

  it.each([
    ['2.6 and later', { [`/api/v2/traces/${TRACE_ID}`]: { trace: tempo } }],
    ['before', { [`/api/traces/${TRACE_ID}`]: { batches: tempo.resourceSpans } }],
  ])('%s is read by trace id', async (_when, bodies) => {
    const seen: unknown[] = []
    await using server = await startServer((request, response) => {
      seen.push(request.headers['x-scope-orgid'])
      answers({ '/api/search/tags': { tagNames: [] }, ...bodies })(request, response)
    })
    const backend = await open(server.url, { 'x-scope-orgid': 'team-a' })
    expect(backend).toMatchObject({ kind: 'tempo', searchable: false })
    expect(await backend.trace(TRACE_ID)).toMatchObject([
      {
        traceId: TRACE_ID,
        spanId: '00f067aa0ba902b7',
        service: 'frontend',
        kind: 'client',
        authority: 'cart.shop',
        status: 200,
        error: true,
        durationUs: 9461,
      },
    ])
    expect(new Set(seen)).toEqual(new Set(['team-a']))
  })
})

describe('a file of OTLP in JSON', () => {
  it.each([
    ['one request a line, the last one incomplete', `${JSON.stringify(otlp)}\n${JSON.stringify(otlp).slice(0, 40)}`],
    ['one document', JSON.stringify(otlp, null, 2)],
  ])('is read: %s', async (_what, text) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-otlp-'))
    const file = path.join(folder, 'spans.json')
    fs.writeFileSync(file, text)
    try {
      const backend = await open(file)
      expect(await backend.trace(TRACE_ID)).toHaveLength(1)
      expect(await backend.search(window, [])).toHaveLength(1)
      expect(await backend.search({ startUs: 0, endUs: 1 }, [])).toEqual([])
    } finally {
      fs.rmSync(folder, { recursive: true })
    }
  })

  it('reports a missing file, or one with other content', async () => {
    await expect(open('/nonexistent/spans.json')).rejects.toThrow(
      /^\/nonexistent\/spans\.json can’t be read: there is no such file$/,
    )
    await expect((await open(`otlp=${os.tmpdir()}`)).trace(TRACE_ID)).rejects.toThrow(/it is a folder, not a file$/)
    const backend = await open(import.meta.filename)
    await expect(backend.trace(TRACE_ID)).rejects.toThrow(/no OTLP in JSON/)
  })
})

describe('the embedded trace store', () => {
  it('is read like Jaeger, by id and by time', async () => {
    await using store = await serveTraceStore()
    await fetch(store.zipkinUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([zipkinSpan]),
    })
    const backend = await open(store.queryUrl)
    expect(backend.kind).toBe('jaeger')
    expect(await backend.trace(TRACE_ID)).toMatchObject([
      { service: 'cart-sidecar', proxy: true, tracer: 'zipkin', authority: 'cart.shop' },
    ])
    expect(await backend.trace('f'.repeat(32))).toEqual([])
    expect(await backend.search(window, [])).toHaveLength(1)
  })
})

describe('a backend that can’t be read', () => {
  it('reports an unreachable backend, missing credentials, or another program', async () => {
    await expect(open('http://127.0.0.1:1')).rejects.toThrow(/127\.0\.0\.1:1 can’t be read: connect ECONNREFUSED/)
    await using locked = await startServer((_request, response) => void response.writeHead(401).end())
    await expect(open(locked.url)).rejects.toThrow(/answered 401: it requires credentials \(--traces-header/)
    await using page = await startServer((_request, response) => void response.end('<html>'))
    await expect(open(page.url)).rejects.toThrow(
      /neither Jaeger, Zipkin nor Tempo.*; \/api\/services answered, but not with JSON, /,
    )
    await using failing = await startServer((_request, response) => void response.writeHead(502).end())
    await expect(open(failing.url)).rejects.toThrow(/\/api\/search\/tags answered 502$/)
    await expect((await open(`jaeger=${page.url}`)).trace(TRACE_ID)).rejects.toThrow(/not with JSON/)
  })

  it('never repeats a password from its URL', async () => {
    const seen: unknown[] = []
    await using locked = await startServer((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(403).end()
    })
    const url = locked.url.replace('http://', 'http://user:hunter2@')
    await expect(open(url)).rejects.toThrow(/^((?!hunter2).)*$/)
    expect(seen[0]).toBe(`Basic ${Buffer.from('user:hunter2').toString('base64')}`)
  })
})
