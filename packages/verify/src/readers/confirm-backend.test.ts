import fs from 'node:fs'
import type { RequestListener } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { startServer } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { sketchEvidence, sketchSpan } from '../evidence.test-support.ts'
import { judge } from '../findings/judge.ts'
import { judgeTrace } from '../findings/judge-trace.ts'
import { answers } from './answers.test-support.ts'
import { collectEvidence } from '../verify.ts'
import { collectSpans } from './collect-spans.ts'
import { openBackend } from './open-backend.ts'
import { readJaegerTrace } from './read-jaeger-trace.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const window = { startUs: 1_700_000_000_000_000, endUs: 1_700_000_001_000_000 }

const open = (target: string, headers = {}) => openBackend({ target, headers })

/** What the end of a run without any span says of a backend. */
async function confirm(target: string): Promise<string> {
  const backend = await open(target)
  try {
    await backend.search(window, [])
    await backend.trace(TRACE_ID)
    await backend.confirm?.()
    return 'confirmed'
  } catch (error) {
    return (error as Error).message
  }
}

describe('an address that is taken for a backend, where nothing was found', () => {
  const strangers: [string, RequestListener, RegExp][] = [
    ['404 to everything', answers({}), /answered 404|is no \w+, or not at that path/],
    ['HTML to everything', (_, response) => void response.end('<!doctype html>'), /not with JSON/],
    ['other JSON', (_, response) => void response.end('{"ok":true}'), /answered JSON that is not|answered/],
    ['503', (_, response) => void response.writeHead(503).end('no'), /answered 503: the backend, or a proxy .* fails/],
    ['401', (_, response) => void response.writeHead(401).end(), /answered 401: it requires credentials/],
    [
      'a redirect',
      (_, response) => void response.writeHead(302, { location: '/login?secret=1#x' }).end(),
      /answered 302 and points to http:\/\/[^ ?]*\/login: give the address/,
    ],
    ['204 without a body', (_, response) => void response.writeHead(204).end(), /answered 204/],
  ]

  it.each(['jaeger', 'zipkin', 'tempo'].flatMap((kind) => strangers.map((row) => [kind, ...row] as const)))(
    '%s: refuses %s',
    async (kind, _what, listener, message) => {
      await using server = await startServer(listener)
      const said = await confirm(`${kind}=${server.url}`)
      expect(said).toMatch(message)
      expect(said.split(server.url).length - 1).toBeLessThanOrEqual(2)
      expect(said).not.toContain('secret')
    },
  )

  it.each([
    ['jaeger', { '/api/services': { data: null } }],
    ['jaeger', { '/api/services': { data: [] } }],
    ['zipkin', { '/api/v2/services': [], '/api/v2/traces': [] }],
    // Without search, as SEARCH_ENABLED=false has it.
    ['zipkin', { '/health': { status: 'UP', zipkin: { status: 'UP' } } }],
    ['tempo', { '/api/search/tags': { tagNames: [] } }],
  ])('confirms an empty %s that answers %j', async (kind, bodies) => {
    await using server = await startServer(answers(bodies))
    expect(await confirm(`${kind}=${server.url}`)).toBe('confirmed')
  })

  it('confirms a Tempo by its echo, with the tenant where one is demanded', async () => {
    await using server = await startServer((request, response) => {
      const known = request.url === '/api/echo' ? 200 : request.headers['x-scope-orgid'] === 'a' ? 404 : 401
      response.writeHead(known).end(known === 200 ? 'echo' : '')
    })
    const backend = await open(`tempo=${server.url}`, { 'x-scope-orgid': 'a' })
    expect(await backend.trace(TRACE_ID)).toEqual([])
    await expect(backend.confirm?.()).resolves.toBeUndefined()
  })

  it('is a finding of the run, with what it answered', async () => {
    await using server = await startServer(answers({}))
    const evidence = sketchEvidence()
    await collectSpans(evidence, { backend: await open(`zipkin=${server.url}/wrong/path/`), settleMs: 0 })
    const { findings } = judge(evidence)
    expect(findings.map(({ id }) => id)).toEqual(['TLV901'])
    expect(findings[0]?.seen[0]).toBe(
      `${server.url}/wrong/path is no Zipkin, or not at that path: /api/v2/services answered 404. Give the address below which Zipkin has /api/v2/services`,
    )
  })

  it.each([
    ['is empty', ''],
    ['is empty', '\n\n'],
    ['holds no traces of OTLP', 'hello'],
    ['holds no traces of OTLP', '{"resourceMetrics":[]}\n'],
    ['holds no traces of OTLP', '[1,2]'],
    ['confirmed', '{"resourceSpans":[]}\n'],
    ['confirmed', '{"resourceSpans":[]}\n{"resourceSp'],
  ])('says of a file that it %s: %j', async (said, text) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-otlp-'))
    const file = path.join(folder, 'spans.json')
    fs.writeFileSync(file, text)
    try {
      expect(await confirm(file)).toContain(said)
    } finally {
      fs.rmSync(folder, { recursive: true })
    }
  })
})

describe('an address with more than origin and path', () => {
  it.each([
    ['a query and a fragment, as a copied link has them', (url: string) => `${url}/?service=cart#top`],
    ['credentials, in capitals', (url: string) => url.replace('http://', 'HTTP://user:hunter2@')],
    ['slashes at its end', (url: string) => `${url}///`],
  ])('is read: %s', async (_what, address) => {
    await using server = await startServer(answers({ '/api/services': { data: [] } }))
    expect((await open(address(server.url))).kind).toBe('jaeger')
  })

  it('of an Envoy never shows its password', async () => {
    await using locked = await startServer((_request, response) => void response.writeHead(403).end())
    const at = locked.url.replace('http://', 'http://user:hunter2@')
    const evidence = await collectEvidence({
      url: `${locked.url}/cart?token=hunter2`,
      backend: await open(`jaeger=${locked.url}`),
      envoys: [at, 'http://user:hunter2@127.0.0.1:1/?key=hunter2'],
      bypass: at,
      repeat: 1,
      settleMs: 0,
      intervalMs: 0,
    })
    expect(JSON.stringify(evidence)).not.toContain('hunter2')
    expect(evidence.unseen).toHaveLength(2)
  })
})

it('looks for the spans of requests that arrived, also where no answer came back', async () => {
  const traces: string[] = []
  await using reset = await startServer((request) => void request.socket.resetAndDestroy())
  const backend = {
    kind: 'jaeger',
    searchable: false,
    trace(id: string) {
      traces.push(id)
      return Promise.resolve([])
    },
    search: () => Promise.resolve([]),
  }
  const options = { backend, repeat: 1, settleMs: 0, intervalMs: 0 }
  await collectEvidence({ ...options, url: reset.url })
  expect(traces.length).toBeGreaterThan(5)
  const before = traces.length
  await collectEvidence({ ...options, url: 'http://127.0.0.1:1' })
  expect(traces).toHaveLength(before)
})

it('judges a trace of more spans than a call takes arguments', async () => {
  const [probe] = sketchEvidence().probes
  const at = {
    traceId: TRACE_ID,
    service: 'cart',
    kind: 'server' as const,
    startUs: probe?.startUs ?? 0,
    durationUs: 9,
  }
  const root = sketchSpan({ ...at, parentId: '00f067aa0ba902b7' })
  const below = Array.from({ length: 150_000 }, () => sketchSpan({ ...at, parentId: root.spanId }))
  const contexts = [{ format: 'w3c' as const, traceId: TRACE_ID, spanId: '00f067aa0ba902b7' }]
  const evidence = sketchEvidence({ probes: probe === undefined ? [] : [{ ...probe, contexts }] })
  const none = () => Promise.resolve([])
  const trace = (id: string) => Promise.resolve(id === TRACE_ID ? [root, ...below] : [])
  await collectSpans(evidence, { backend: { kind: 'otlp-file', searchable: true, trace, search: none }, settleMs: 0 })
  expect(judge(evidence).analysis.paths[0]?.nodes).toHaveLength(150_001)
}, 30_000)

it('reads more of a trace than the page draws', () => {
  const spans = Array.from({ length: 2000 }, (_, index) => ({ spanID: `${index + 1}`, startTime: index, duration: 1 }))
  const trace = { traceID: TRACE_ID, processes: {}, spans }
  expect(readJaegerTrace(trace)?.spans).toHaveLength(2000)
  expect(judgeTrace(trace)?.spans).toHaveLength(500)
})
