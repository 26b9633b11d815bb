import tls from 'node:tls'
import type { BypassChoice } from '@throughline/lab-meshes'
import { beforeEach, describe, expect, it } from 'vitest'
import { requireNamespaces } from '@throughline/lab-pods'
import { runDashboardChecks } from '../contract/dashboard-checks.ts'
import { openPage, requireBrowser } from '../support/browser.ts'
import { count } from '../support/count.ts'
import { expectTrace } from '../support/expect-trace.ts'
import { choose, pageText } from '../support/page-text.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'
import { untilState } from '../support/until-state.ts'

const inPods = (bypass: BypassChoice) =>
  startLab({ mesh: 'consul', topology: 'namespaces', bypass, tracer: 'opentelemetry' })

/** The dashboard's answer from counting's own address. */
async function probeBypass(lab: MeshLab) {
  const { verdict, found } = (await runDashboardChecks(lab))['bypass'] ?? {}
  return `${verdict} ${found}`
}

describe('the bypass of a Consul sidecar, pods as network namespaces', () => {
  beforeEach(requireNamespaces)

  it.each<[BypassChoice, RegExp]>([
    ['open', /^bad Yes, .*answered 200|^bad Yes, .*200: counted, bypassing its sidecar/],
    ['loopback', /^good .*refused/],
    ['packet-filter', /^good .*refused/],
    ['socket', /^good .*refused/],
    ['transparent-proxy', /^good .*(reset|closed|hang up)/],
  ])('%s: the mesh traces and denies, and reports the bypass correctly', async (bypass, expectedProbe) => {
    await using lab = await inPods(bypass)
    await untilState(lab, 'connected')
    await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'app', tracer: 'opentelemetry' })
    const whileAllowed = await probeBypass(lab)
    await lab.mesh.deny()
    await untilState(lab, 'denied')
    expect(await count(lab)).toMatchObject({ status: 403, reason: expect.stringContaining('RBAC: access denied') })
    expect(await probeBypass(lab)).toMatch(expectedProbe)
    expect((await lab.mesh.status()).bypass.closed).toBe(bypass !== 'open')
    // Intentions do not apply to a caller that bypasses the sidecar, so a denial changes nothing there.
    expect(whileAllowed.split(' ')[0]).toBe(bypass === 'open' ? 'bad' : 'good')
    expect((await lab.mesh.status()).sidecars.map(({ state }) => state)).toEqual(['ready', 'ready'])
  })

  it('04: the page offers permissive mutual TLS, which reopens what a transparent proxy closed', async (context) => {
    await using lab = await inPods('transparent-proxy')
    await lab.mesh.deny()
    await untilState(lab, 'denied')
    expect(await probeBypass(lab)).toMatch(/^good /)
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    await pageText(tab.page, '#bypass-state', /^Closed$/)
    await choose(tab.page, 'permissive')
    await pageText(tab.page, '#bypass-state', /^Open$/)
    await tab.page.click('#bypass-probe')
    await pageText(tab.page, '#bypass-summary', /^200/)
    expect(await probeBypass(lab)).toMatch(/^bad /)
    expect(lab.mesh.bypass).toMatchObject({ closed: false, reason: expect.stringContaining('permissive') })
    expect(await count(lab)).toMatchObject({ state: 'denied', status: 403 })
    await lab.mesh.set({ name: 'mtls', value: 'strict' })
    expect(await probeBypass(lab)).toMatch(/^good /)
    expect(lab.mesh.bypass.closed).toBe(true)
  })
})

describe('mutual TLS at a sidecar of Consul', () => {
  it('names counting in its certificate, and requires one from the caller', async () => {
    await using lab = await startLab({ mesh: 'consul', tracer: 'none' })
    const { names, end } = await knock(lab.countingInbound ?? '')
    expect(names).toMatch(/^URI:spiffe:\/\/[0-9a-f-]+\.consul\/ns\/default\/dc\/dc1\/svc\/counting$/)
    expect(end).toMatch(/certificate required/i)
  })
})

/** A TLS handshake without a certificate: whose certificate came, and how it ended. */
function knock(address: string): Promise<{ names: string | undefined; end: string }> {
  const { hostname: host, port } = new URL(`http://${address}`)
  return new Promise((resolve) => {
    let names: string | undefined
    const socket = tls.connect({ host, port: Number(port), rejectUnauthorized: false })
    socket.once('secureConnect', () => {
      names = socket.getPeerCertificate().subjectaltname
      socket.write('GET / HTTP/1.1\r\nhost: counting\r\n\r\n')
    })
    socket.once('data', (data) => resolve({ names, end: data.toString() }))
    socket.once('error', ({ message }) => resolve({ names, end: message }))
    socket.once('end', () => resolve({ names, end: 'closed' }))
  })
}
