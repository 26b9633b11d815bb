import fs from 'node:fs'
import type { RequestListener } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { startServer } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { sketchEvidence } from '../evidence.test-support.ts'
import { judge } from '../findings/judge.ts'
import { answers } from './answers.test-support.ts'
import { collectSpans } from './collect-spans.ts'
import { openBackend } from './open-backend.ts'

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
