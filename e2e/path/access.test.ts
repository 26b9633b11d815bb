import { once } from 'node:events'
import http from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { expectTrace } from '../support/expect-trace.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

describe('deny and allow in the mesh', () => {
  let lab: MeshLab
  beforeAll(
    async () =>
      void (lab = await startLab({ tracer: 'opentelemetry', allowedHosts: ['shop.example', '*.shops.example'] })),
  )
  afterAll(() => lab.stop())

  it('connected → deny → denied, with the 403 of the sidecar → allow → connected', async () => {
    expect(await count(lab)).toMatchObject({ state: 'connected', httpStatus: 200 })
    await lab.mesh.deny()
    expect(await count(lab)).toMatchObject({
      state: 'denied',
      status: 403,
      code: 'TL_UPSTREAM_DENIED',
      httpStatus: 502,
    })
    await lab.mesh.allow()
    expect(await count(lab)).toMatchObject({ state: 'connected', httpStatus: 200 })
  })

  it('a denied request has a trace that ends at counting’s sidecar', async () => {
    await lab.mesh.deny()
    const send = async () => (await count(lab)).traceId
    const trace = await expectTrace(lab, send, { entry: 'app', tracer: 'opentelemetry', denied: true })
    expect(trace.spans).toHaveLength(4)
    await lab.mesh.allow()
  })

  it('under load, a switch causes only 200 and 403', async () => {
    const statuses = new Set<number | null>()
    let flowing = true
    const flow = async () => {
      while (flowing) statuses.add((await count(lab)).status)
    }
    const flows = Array.from({ length: 4 }, flow)
    for (let i = 0; i < 5; i++) {
      await lab.mesh.deny()
      await lab.mesh.allow()
    }
    flowing = false
    await Promise.all(flows)
    expect(statuses).toEqual(new Set([200, 403]))
  })

  it('the rule allows GET / only', async () => {
    expect((await fetch(lab.upstreamUrl)).status).toBe(200)
    for (const [method, route] of [
      ['POST', '/'],
      ['GET', '/metrics'],
      ['GET', '//'],
      ['GET', '/health'],
    ] as const) {
      const response = await fetch(`${lab.upstreamUrl}${route}`, { method })
      expect([method, route, response.status, await response.text()]).toEqual([
        method,
        route,
        403,
        'RBAC: access denied',
      ])
    }
  })

  it("the page's health turns red after three denials and green after one success", async () => {
    await lab.mesh.deny()
    for (let i = 0; i < 3; i++) await count(lab)
    expect((await fetch(`${lab.dashboardUrl}/health/api`)).status).toBe(503)
    await lab.mesh.allow()
    await count(lab)
    expect((await fetch(`${lab.dashboardUrl}/health/api`)).status).toBe(200)
  })

  it.each([
    { isKnown: true, hosts: ['localhost', 'LocalHost.:1', 'a.localhost', '10.1.2.3', '[::1]:1'] },
    { isKnown: true, hosts: ['shop.example', 'SHOP.example.:80', 'eu.shops.example'] },
    {
      isKnown: false,
      hosts: ['shops.example', 'evilshops.example', 'shop.example.evil', 'evil.example:1:shop.example'],
    },
    { isKnown: false, hosts: ['notlocalhost', '[localhost', '[evil.example]', '127.0.0.1.evil.example'] },
  ])('page, trace store and switches agree on Host headers: $hosts', async ({ isKnown, hosts }) => {
    const urls = [`${lab.dashboardUrl}/api/config`, `${lab.queryUrl}/api/services`, `${lab.controlUrl}/mesh/status`]
    for (const host of hosts) {
      const statuses = await Promise.all(urls.map((url) => statusOf(url, host)))
      expect([host, ...statuses.map((status) => status !== 403)]).toEqual([host, ...urls.map(() => isKnown)])
    }
  })
})

async function statusOf(url: string, host: string): Promise<number | undefined> {
  const request = http.get(url, { headers: { host }, agent: false })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.resume()
  return response.statusCode
}
