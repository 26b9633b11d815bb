import fs from 'node:fs/promises'
import path from 'node:path'
import { type KubeObject, readObjects } from '@throughline/lab-kube-api'
import { describe, expect, it, type TestContext } from 'vitest'
import { messageOf } from '@throughline/lab-programs'
import { temporaryFolder } from '@throughline/lab-testkit'
import { placementFromChart } from './from-chart.ts'
import { type ChartPlacement, readChart } from './read-chart.ts'

const examples = path.join(import.meta.dirname, '../../../../charts/consul/examples')

/** The plan of a render that the charts' own tests keep true. */
async function planOf(example: string): Promise<ChartPlacement> {
  return readChart(await objectsOf(example))
}

async function objectsOf(example: string): Promise<KubeObject[]> {
  const folder = path.join(examples, example, 'rendered')
  const files = await fs.readdir(folder)
  const texts = await Promise.all(files.map((file) => fs.readFile(path.join(folder, file), 'utf8')))
  return readObjects(texts.join('\n---\n'))
}

const pod = (plan: ChartPlacement, name: string) => plan.pods.find((candidate) => candidate.name === name)

describe('what Consul would make of the chart', () => {
  it('is a config entry for each resource, named by its destination, in a valid order', async () => {
    const { entries } = await planOf('demo')
    expect(entries.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
      'proxy-defaults/global',
      'mesh/undefined',
      'service-defaults/counting',
      'service-defaults/dashboard',
      'service-intentions/*',
      'service-intentions/counting',
      'service-intentions/dashboard',
    ])
    const intentions = entries.find(({ kind, name }) => kind === 'service-intentions' && name === 'counting')
    expect(intentions).toMatchObject({ sources: [{ name: 'dashboard', permissions: [{ action: 'allow' }, {}] }, {}] })
    expect(intentions).not.toHaveProperty('destination')
    expect(entries[0]).toMatchObject({ config: { protocol: 'http', envoy_tracing_json: expect.any(String) } })
  })

  it('is a pod for each Deployment that requests a sidecar, with what the injector reads', async () => {
    const plan = await planOf('default')
    expect(plan.pods.map(({ name }) => name).toSorted()).toEqual(['counting', 'dashboard'])
    expect(pod(plan, 'counting')).toMatchObject({
      port: 9001,
      uid: 10_001,
      upstreams: [],
      admitted: [20_000],
      env: {
        HOST: '127.0.0.1',
        OTEL_RESOURCE_ATTRIBUTES: 'service.version=VERSION,k8s.namespace.name=throughline,k8s.pod.name=counting-0',
      },
      hosts: ['counting', 'counting.throughline', 'counting.throughline.svc', 'counting.throughline.svc.cluster.local'],
    })
    expect(pod(plan, 'dashboard')).toMatchObject({
      port: 9002,
      upstreams: [{ name: 'counting', port: 9001 }],
      admitted: [20_000, 9002],
      env: { COUNTING_SERVICE_URL: 'http://127.0.0.1:9001', COUNTING_BYPASS_URL: 'http://counting:9001' },
    })
    expect(plan.outside).toContain('jaeger.throughline.svc.cluster.local')
  })

  it('follows the examples: a transparent proxy with excluded ports, and the bypass reopened', async () => {
    const transparent = await planOf('transparent-proxy')
    expect(pod(transparent, 'dashboard')?.transparentProxy).toEqual({
      excludeInbound: [9002],
      excludeOutbound: [4317, 4318, 9411, 14_268, 16_686],
    })
    const open = pod(await planOf('bypass-open'), 'counting')
    expect([open?.transparentProxy, open?.env['HOST'], open?.admitted]).toEqual([undefined, '0.0.0.0', [20_000, 9001]])
  })

  it('refuses what needs a cluster, and what the injector would refuse or guess', async () => {
    await expect(planOf('gateway')).rejects.toMatchObject({
      code: 'TL_MESH_CONFIG_INVALID',
      message: expect.stringMatching(/^(Gateway|HTTPRoute) dashboard\S* of the chart needs a cluster/),
    })
    const spoilt = async (from: string, to: string): Promise<void> => {
      readChart(JSON.parse(JSON.stringify(await objectsOf('default')).replaceAll(from, to)) as KubeObject[])
    }
    await expect(spoilt('consul.hashicorp.com/transparent-proxy', 'x/y')).rejects.toThrow(/leaves transparent-proxy/)
    await expect(spoilt('"serviceAccountName":"counting"', '"serviceAccountName":"x"')).rejects.toThrow(
      /must be counting/,
    )
    await expect(spoilt('counting:9001', 'counting')).rejects.toThrow(/upstream "counting"/)
    await expect(spoilt('"kind":"Service"', '"kind":"ServiceAccount"')).rejects.toThrow(/selected by 0 Services/)
  })
})

describe('the charts rendered by the real Helm', () => {
  it('have the mesh of install/mesh and the pods of the application', async (context) => {
    const plan = await planOrSkip(context)
    expect(plan.entries).toHaveLength(7)
    expect(plan.pods.map(({ name }) => name)).toEqual(['counting', 'dashboard'])
  })

  it('accept a values file, and report Helm’s message about an invalid one', async (context) => {
    await planOrSkip(context)
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'values.yaml')
    await fs.writeFile(file, 'dashboard: {allowed: false}')
    const denied = await placementFromChart({ values: file })
    const intentions = denied.entries.find(({ kind, name }) => kind === 'service-intentions' && name === 'counting')
    expect(intentions?.['sources']).toEqual([
      { name: 'dashboard', action: 'deny' },
      { name: '*', action: 'deny' },
    ])
    await fs.writeFile(file, 'dashboard: {alowed: false}')
    await expect(placementFromChart({ values: file })).rejects.toMatchObject({
      code: 'TL_MESH_CONFIG_INVALID',
      message: expect.stringContaining('alowed'),
    })
  })
})

/** Skips without a Helm and says why; in CI that is a failure. */
async function planOrSkip(context: TestContext): Promise<ChartPlacement> {
  try {
    return await placementFromChart()
  } catch (error) {
    if (process.env['CI'] || !messageOf(error).includes('no Helm')) throw error
    return context.skip(messageOf(error))
  }
}
