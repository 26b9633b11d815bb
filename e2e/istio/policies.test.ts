import { type BypassChoice } from '@throughline/lab-meshes'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

const DENIED = 'RBAC: access denied'
const BYPASS: BypassChoice = 'open'

describe('policies of Istio, each pod in a network namespace', () => {
  let lab: MeshLab
  beforeAll(
    async () => void (lab = await startLab({ mesh: 'istio', topology: 'namespaces', bypass: BYPASS, tracer: 'none' })),
  )
  afterAll(() => lab?.stop())

  const set = (name: string, value: string) => lab.mesh.set({ name, value })
  beforeEach(async () => {
    for (const { name, value } of (await lab.mesh.status()).settings) {
      const first = { rule: 'get-of-dashboard', mtls: 'strict', 'client-tls': 'auto' }[name]
      if (first !== undefined && first !== value) await set(name, first)
    }
  })

  /** Calls counting's pod from outside the mesh: the answer, or how the call failed. */
  const probeBypass = async (method = 'GET'): Promise<[number, string] | string> => {
    try {
      const response = await fetch(`${lab.countingUrl}/`, { method })
      return [response.status, await response.text()]
    } catch (error) {
      return (error as { cause: { code: string } }).cause.code
    }
  }

  it('strict refuses plain text with a reset, and the status says that the bypass is closed', async () => {
    expect(await probeBypass()).toMatch(/ECONNRESET|UND_ERR_SOCKET/)
    expect((await lab.mesh.status()).bypass).toMatchObject({
      closed: true,
      reason: expect.stringContaining('mutual TLS'),
    })
    expect((await count(lab)).state).toBe('connected')
  })

  it('permissive accepts plain text, and the rule denies it for lack of an identity', async () => {
    await set('mtls', 'permissive')
    expect(await probeBypass()).toEqual([403, DENIED])
    expect((await lab.mesh.status()).bypass).toMatchObject({ closed: true, reason: expect.stringContaining('403') })
    expect((await count(lab)).state).toBe('connected')
  })

  it('permissive and a rule without a principal leave the bypass open, and the status says so', async () => {
    await set('mtls', 'permissive')
    await set('rule', 'get-of-anyone')
    expect(await probeBypass()).toEqual([200, expect.stringMatching(/^\{"count":\d+/)])
    expect(await probeBypass('POST')).toEqual([403, DENIED])
    expect((await lab.mesh.status()).bypass.closed).toBe(false)
    await set('mtls', 'strict')
    expect(await probeBypass()).toMatch(/ECONNRESET|UND_ERR_SOCKET/)
    expect((await lab.mesh.status()).bypass.closed).toBe(true)
  })

  it('lets a browser read the page, but not the metrics beside it, in any spelling', async () => {
    const read = async (path: string) => (await fetch(`${lab.dashboardUrl}${path}`)).status
    expect(await read('/')).toBe(200)
    expect(await read('/api/config')).toBe(200)
    for (const path of ['/metrics', '/metrics?a', '/./metrics', '/x/../metrics', '/%6detrics']) {
      expect([path, await read(path)]).toEqual([path, 403])
    }
    for (const path of ['/metrics/', '//metrics', '/METRICS', '/metrics;x', '/metrics%2f', '/metrics%00']) {
      expect([path, (await read(path)) === 200]).toEqual([path, false])
    }
  })

  it('a policy with one empty rule lets every method in, whatever its author meant', async () => {
    await set('mtls', 'permissive')
    await set('rule', 'everything')
    const [status, body] = (await probeBypass('POST')) as [number, string]
    expect([status, body]).toEqual([405, expect.stringContaining('TL_')])
  })

  it('deny-all denies the dashboard: 403 with the sidecar’s own text', async () => {
    await set('rule', 'deny-all')
    expect(await count(lab)).toMatchObject({
      state: 'denied',
      status: 403,
      code: 'TL_UPSTREAM_DENIED',
      reason: expect.stringContaining(DENIED),
    })
    expect((await lab.mesh.status()).access).toBe('denied')
    await set('mtls', 'permissive')
    expect(await probeBypass()).toEqual([403, DENIED])
  })

  it('allow restores the rule that was in force before the deny', async () => {
    await set('rule', 'get-of-anyone')
    await lab.mesh.deny()
    await lab.mesh.allow()
    expect((await lab.mesh.status()).settings.find(({ name }) => name === 'rule')?.value).toBe('get-of-anyone')
  })

  it('without a DestinationRule the sidecars use mutual TLS, with the dashboard’s identity', async () => {
    expect((await lab.mesh.status()).settings.find(({ name }) => name === 'client-tls')?.value).toBe('auto')
    expect(await identities()).toContain('cluster.local/ns/throughline/sa/dashboard')
  })

  it('a DestinationRule with DISABLE causes 503 under strict mutual TLS; ISTIO_MUTUAL fixes it', async () => {
    await set('client-tls', 'disable')
    const broken = await count(lab)
    expect(broken).toMatchObject({ state: 'unreachable', status: 503, code: 'TL_UPSTREAM_PROXY' })
    expect(broken.reason).toContain('connection termination')
    await set('client-tls', 'mutual')
    expect((await count(lab)).state).toBe('connected')
    expect(await identities()).toContain('cluster.local/ns/throughline/sa/dashboard')
  })

  it('DISABLE with permissive removes the identity, so a rule for a principal denies', async () => {
    await set('mtls', 'permissive')
    await set('client-tls', 'disable')
    expect((await count(lab)).state).toBe('denied')
    await set('rule', 'get-of-anyone')
    expect((await count(lab)).state).toBe('connected')
    expect(await identities()).not.toContain('sa/dashboard')
  })

  /** The dashboard's findings about both ends of its connection. */
  async function identities(): Promise<string> {
    const answer = await fetch(`${lab.dashboardUrl}/api/checks`, { method: 'POST' })
    const { results } = (await answer.json()) as { results: { id: string; found: string }[] }
    return results.find(({ id }) => id === 'identities')?.found ?? ''
  }
})
