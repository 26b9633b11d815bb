import { randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { count } from '../support/count.ts'
import { expectTrace, traceIdOfRequest } from '../support/expect-trace.ts'
import { pageText, switchAccess } from '../support/page-text.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'
import { writeEntry } from './support/consul-api.ts'

const tracers = ['zipkin', 'zipkin-w3c', 'opentelemetry'] as const

describe('tracing by proxy-defaults', () => {
  let lab: MeshLab
  beforeAll(async () => void (lab = await startLab({ mesh: 'consul' })))
  afterAll(() => lab?.stop())

  const viaListener = async (): Promise<string> => {
    // The 15th character holds Envoy's sampling decision: 9 is what it writes for a traced request.
    const requestId = randomUUID().replace(/^(.{14})./, '$19')
    expect((await fetch(lab.upstreamUrl, { headers: { 'x-request-id': requestId } })).status).toBe(200)
    const find = () => traceIdOfRequest(lab, requestId)
    return pollUntil(find, { deadline: 15_000, what: `a trace of request ${requestId}` })
  }
  const known = (): Set<string> => new Set(lab.traceStore.traces({ limit: 1000 }).map(({ traceID }) => traceID))
  const newSince = (before: Set<string>) =>
    lab.traceStore.traces({ limit: 1000 }).filter(({ traceID }) => !before.has(traceID))

  it.each(tracers)('with %s, a request is one trace from the app or the upstream listener on', async (tracer) => {
    await lab.mesh.tracing(tracer)
    const whole = await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'app', tracer })
    expect(whole.spans).toHaveLength(5)
    const names = Object.values(whole.processes).map(({ serviceName }) => serviceName)
    expect(new Set(names)).toEqual(new Set(['dashboard', 'counting']))
    const part = await expectTrace(lab, viaListener, { entry: 'upstream-listener', tracer })
    expect(part.spans).toHaveLength(3)
  })

  it('at 0 %, an undecided request has no span, and one that the app samples has all', async () => {
    await lab.mesh.set({ name: 'sampling', value: '0' })
    const before = known()
    for (let request = 0; request < 20; request += 1) expect((await fetch(lab.upstreamUrl)).status).toBe(200)
    await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'app', tracer: 'opentelemetry' })
    expect(newSince(before)).toHaveLength(2)
  })

  it('at 10 %, some requests are traced, and every trace is whole', async () => {
    await lab.mesh.set({ name: 'sampling', value: '10' })
    const before = known()
    for (let request = 0; request < 200; request += 1) expect((await fetch(lab.upstreamUrl)).status).toBe(200)
    await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'app', tracer: 'opentelemetry' })
    const traces = newSince(before).filter(({ spans }) => spans.length !== 5)
    expect(traces.filter(({ spans }) => spans.length !== 3)).toEqual([])
    // Three standard deviations to either side of twenty.
    expect(traces.length).toBeGreaterThan(5)
    expect(traces.length).toBeLessThan(40)
    await lab.mesh.set({ name: 'sampling', value: '100' })
  })

  it('a sidecar’s access log leads to the trace, and says why a call was denied', async () => {
    await lab.mesh.deny()
    const { traceId } = await count(lab)
    const file = path.join(lab.runDir, 'counting-sidecar.log')
    const find = async () => {
      const lines = (await fs.readFile(file, 'utf8')).split('\n').filter((line) => line.includes(`"${traceId}"`))
      return lines[0] === undefined ? undefined : (JSON.parse(lines[0]) as Record<string, unknown>)
    }
    const line = await pollUntil(find, { deadline: 5000, what: `a line with ${traceId}` })
    expect(line).toMatchObject({ method: 'GET', path: '/', status: 403, trace_id: traceId })
    expect(line['why']).toMatch(/^rbac_access_denied/)
    expect(line['peer']).toMatch(/^spiffe:\/\/.*\/svc\/dashboard$/)
    await lab.mesh.allow()
  })
})

describe('a tracer in the listener, while the bootstrap lacks its cluster', () => {
  it(
    '04: freezes the rules of a sidecar; the page says so, and its switch fails',
    { timeout: 60_000 },
    async (context) => {
      await using lab = await startLab({ mesh: 'consul', tracer: 'none' })
      const provider = {
        name: 'envoy.tracers.zipkin',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.config.trace.v3.ZipkinConfig',
          collector_cluster: 'trace_collector',
          collector_endpoint: '/api/v2/spans',
          collector_endpoint_version: 'HTTP_JSON',
        },
      }
      const type = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing'
      // Not through the lab, which would refuse it.
      await writeEntry(lab, {
        kind: 'proxy-defaults',
        name: 'global',
        config: {
          protocol: 'http',
          envoy_listener_tracing_json: JSON.stringify({ '@type': `type.googleapis.com/${type}`, provider }),
        },
      })
      const refused = await pollUntil(
        async () => {
          const { sidecars } = await lab.mesh.status()
          return sidecars.every(({ state }) => state === 'rejected') ? sidecars : undefined
        },
        { deadline: 10_000, what: 'both sidecars to refuse their listeners' },
      )
      for (const { reason } of refused) expect(reason).toMatch(/unknown cluster.*trace_collector/i)

      await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
      const { page } = tab
      await pageText(page, '#path', /configuration rejected.*configuration rejected/)
      await switchAccess(page)
      await pageText(page, '#control-error', /^The mesh did not switch/)
      expect(await page.textContent('#state-label')).toBe('Connected')
      await expect(lab.mesh.deny()).rejects.toMatchObject({ code: 'TL_MESH_UPDATE_REJECTED' })
      for (let request = 0; request < 5; request += 1) expect((await count(lab)).status).toBe(200)

      const before = lab.pids()
      await page.selectOption('#tracer', 'zipkin')
      await pageText(page, '#path', /^(?!.*rejected)/)
      await pollUntil(async () => (await lab.mesh.status()).tracer === 'zipkin' || undefined, {
        what: 'the new tracer',
      })
      for (const name of ['dashboard-sidecar', 'counting-sidecar']) expect(lab.pids()[name]).not.toBe(before[name])
      await lab.mesh.deny()
      expect((await count(lab)).status).toBe(403)
      expect((await lab.mesh.status()).sidecars.map(({ state }) => state)).toEqual(['ready', 'ready'])
    },
  )
})
