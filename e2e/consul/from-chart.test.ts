import { LabError } from '@throughline/lab-programs'
import { beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { requireNamespaces } from '@throughline/lab-pods'
import { runDashboardChecks } from '../contract/dashboard-checks.ts'
import { count } from '../support/count.ts'
import { expectTrace } from '../support/expect-trace.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

const examples = new URL('../../charts/consul/examples/', import.meta.url).pathname

/** Skips without a Helm; in CI that is a failure. */
async function fromChart(context: TestContext, example?: string): Promise<MeshLab> {
  const values = example === undefined ? {} : { values: `${examples}${example}/values.yaml` }
  try {
    return await startLab({ mesh: 'consul', fromChart: values })
  } catch (error) {
    if (process.env['CI'] || !(error instanceof LabError) || !error.message.includes('no Helm')) throw error
    return context.skip(error.message)
  }
}

const status = async (url: string, init: RequestInit = {}): Promise<number> => (await fetch(url, init)).status

describe('charts/consul and its install/mesh under a real Consul without a cluster', () => {
  beforeEach(requireNamespaces)

  it('give whole traces, admit only GET /, and leave no bypass', async (context) => {
    await using lab = await fromChart(context)
    await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'app', tracer: 'zipkin' })
    const { upstreamUrl } = lab
    expect(await status(`${upstreamUrl}/`)).toBe(200)
    expect(await status(`${upstreamUrl}/other`)).toBe(403)
    expect(await status(`${upstreamUrl}/`, { method: 'POST' })).toBe(403)
    expect((await runDashboardChecks(lab))['bypass']).toMatchObject({
      verdict: 'good',
      found: expect.stringMatching(/refused/),
    })
    // By `checkSidecar`: no update rejected.
    expect((await lab.mesh.status()).sidecars).toMatchObject([{ state: 'ready' }, { state: 'ready' }])
  })

  it('redirect all traffic of the pods with the example transparent-proxy', async (context) => {
    await using lab = await fromChart(context, 'transparent-proxy')
    await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'app', tracer: 'zipkin' })
    expect((await runDashboardChecks(lab))['bypass']).toMatchObject({ verdict: 'good' })
    expect((await lab.mesh.status()).sidecars).toMatchObject([{ state: 'ready' }, { state: 'ready' }])
  })

  it('deny with the example denied, which a caller can bypass with the example bypass-open', async (context) => {
    await using denied = await fromChart(context, 'denied')
    expect((await denied.mesh.status()).access).toBe('denied')
    expect(await count(denied)).toMatchObject({ state: 'denied', status: 403 })
    await using open = await fromChart(context, 'bypass-open')
    await open.mesh.deny()
    expect((await runDashboardChecks(open))['bypass']).toMatchObject({ verdict: 'bad' })
    expect((await open.mesh.status()).bypass.closed).toBe(false)
  })
})
