import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readUpstream, sendJson as json, startUpstream } from '../upstream.test-support.ts'
import { checkPath } from './check-path.ts'
import type { PathCheckOptions } from './path-check.ts'

const traceId = 'a'.repeat(32)

const connected = json(200, { state: 'connected', count: 7, reason: null, traceId })
const denied = json(502, { state: 'denied', count: null, reason: 'RBAC: access denied', traceId })

/** A chain of spans, each the child of the previous, as Jaeger answers it. */
function trace(...hops: [service: string, kind: string, proxy?: boolean][]): RequestListener {
  return json(200, {
    data: [
      {
        traceID: traceId,
        processes: Object.fromEntries(hops.map(([serviceName], index) => [`p${index}`, { serviceName, tags: [] }])),
        spans: hops.map(([service, kind, proxy], index) => ({
          traceID: traceId,
          spanID: `${index + 1}`.padStart(16, '0'),
          operationName: service,
          references:
            index === 0 ? [] : [{ refType: 'CHILD_OF', traceID: traceId, spanID: `${index}`.padStart(16, '0') }],
          startTime: 1_700_000_000_000_000 + index,
          duration: 100 - index,
          processID: `p${index}`,
          tags: [
            { key: 'span.kind', type: 'string', value: kind },
            ...(proxy ? [{ key: 'component', type: 'string', value: 'proxy' }] : []),
          ],
        })),
      },
    ],
  })
}

const apps = [
  ['dashboard', 'server'],
  ['dashboard', 'client'],
] as const
const sidecars = [
  ['dashboard', 'client', true],
  ['counting', 'server', true],
] as const
const whole = trace(...apps.map(clone), ...sidecars.map(clone), ['counting', 'server'])
const cut = trace(...apps.map(clone), ...sidecars.map(clone))

function clone([service, kind, proxy]: readonly [string, string, boolean?]): [string, string, boolean?] {
  return [service, kind, proxy ?? false]
}

interface Setup {
  page?: RequestListener
  traces?: RequestListener
  bypass?: RequestListener
  options?: Partial<PathCheckOptions>
}

/** The findings with these servers; without a `bypass` it is refused. */
async function check({ page = connected, traces = whole, bypass, options = {} }: Setup) {
  await using dashboard = await startUpstream(page)
  await using backend = await startUpstream(traces)
  await using counting = await startUpstream(bypass ?? ((request) => void request.socket.destroy()))
  return await checkPath({
    readUpstream,
    dashboardUrl: dashboard.url,
    traceQueryUrl: backend.url,
    bypassUrl: counting.url,
    expect: 'allowed',
    deadlineMs: 0,
    intervalMs: 1,
    ...options,
  })
}

/** Long enough for three probes in a row. */
const patient = { deadlineMs: 2000 }

/** The same, for a finding that stays. */
const brief = { deadlineMs: 1000 }

describe('checkPath', () => {
  it('finds a call that gets through, its whole trace, and a closed bypass', async () => {
    const findings = await check({ options: patient })
    expect(findings.map(({ fix }) => fix)).toEqual([undefined, undefined, undefined])
    expect(findings.map(({ found }) => found).join('\n')).toMatch(/connected, count 7\n.*whole, 5 spans\n.*is refused/)
  })

  it('proves a denial where one is expected: the trace ends before counting', async () => {
    const findings = await check({ page: denied, traces: cut, options: { ...patient, expect: 'denied' } })
    expect(findings.map(({ fix }) => fix)).toEqual([undefined, undefined, undefined])
    expect(findings[0]?.found).toContain('denied, RBAC: access denied')
    expect(findings[1]?.found).toContain('whole, 4 spans')
  })

  it('reports that no rule allows or denies the call, and stops there', async () => {
    const refused = await check({ page: denied })
    expect(refused).toHaveLength(1)
    expect(refused[0]?.fix).toContain('No rule lets the dashboard call counting')
    const open = await check({ options: { expect: 'denied' } })
    expect(open[0]?.fix).toContain('should be denied')
  })

  it('distinguishes a denied page from a missing page', async () => {
    const edge = await check({ page: (_request, response) => void response.writeHead(403).end('RBAC: access denied') })
    expect(edge[0]?.fix).toContain('refuses the page itself')
    const gone = await check({ options: { dashboardUrl: 'http://127.0.0.1:1' } })
    expect(gone[0]?.fix).toContain('not reachable')
    const other = await check({ page: (_request, response) => void response.end('<html>') })
    expect(other[0]?.fix).toContain('not the dashboard')
  })

  it('reports sidecars without spans', async () => {
    const findings = await check({
      traces: trace(...apps.map(clone), ['counting', 'server']),
      options: { deadlineMs: 300 },
    })
    expect(findings[1]?.found).toContain('0 of 2 sidecars left a span')
    expect(findings[1]?.fix).toContain('ProxyDefaults')
  })

  it.each([
    [['dashboard.shop', 'server', true], ...apps, ['dashboard.shop', 'client', true]],
    [['edge', 'server', true], ['edge', 'client', true], ...apps, ['dashboard', 'client', true]],
  ] as const)('waits for the span of counting’s sidecar, however many others there are', async (...hops) => {
    const page = denied
    const early = await check({ page, traces: trace(...hops.map(clone)), options: { ...brief, expect: 'denied' } })
    expect(early[1]).toMatchObject({ found: expect.stringContaining('; counting’s sidecar left no span') })
    expect(early[1]?.fix).toBeDefined()
    for (const counting of ['counting', 'counting.shop', 'counting-sidecar']) {
      const traces = trace(...hops.map(clone), [counting, 'server', true])
      const [, found] = await check({ page, traces, options: { ...brief, expect: 'denied' } })
      expect(found).toEqual({ found: expect.stringMatching(/; whole, \d spans$/) })
    }
  })

  it('accepts a trace without sidecars as whole without a mesh', async () => {
    const traces = trace(...apps.map(clone), ['counting', 'server'])
    const findings = await check({ traces, options: { ...patient, sidecars: 0 } })
    expect(findings[1]).toEqual({ found: expect.stringContaining('whole, 3 spans') as string })
  })

  it('judges a broken trace as the page does', async () => {
    const findings = await check({ traces: cut, options: { deadlineMs: 300 } })
    expect(findings[1]?.found).toContain('counting answered this call, but left no span here')
    expect(findings).toHaveLength(2)
  })

  it('reports a call without a trace, and a backend without the trace', async () => {
    const off = await check({
      page: json(200, { state: 'connected', count: 7, reason: null, traceId: null }),
      options: patient,
    })
    expect(off[1]?.fix).toContain('tracing switched off')
    const empty = await check({ traces: json(404, { data: null }), options: { deadlineMs: 300 } })
    expect(empty.at(-1)?.fix).toContain('No span of this call has arrived')
  })

  it('finds counting open to a caller outside the mesh', async () => {
    const findings = await check({ bypass: json(200, { count: 8 }), options: { deadlineMs: 300 } })
    expect(findings[2]?.found).toContain('answered 200')
    expect(findings[2]?.fix).toContain('127.0.0.1')
    expect(findings[2]?.finding?.id).toBe('TLV601')
  })

  it('sends the host name that a gateway routes by', async () => {
    const hosts: string[] = []
    const page: RequestListener = (request, response) => {
      hosts.push(request.headers.host ?? '')
      connected(request, response)
    }
    await check({ page, options: { ...patient, dashboardHost: 'dashboard.example.com' } })
    expect(new Set(hosts)).toEqual(new Set(['dashboard.example.com']))
  })
})
