import fs from 'node:fs'
import path from 'node:path'
import { findObject, type KubeObject } from '@throughline/lab-kube-api'
import { projectVersion } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CHARTS, requireHelm } from './support/helm.ts'
import { environmentOf, ofKind, podOf } from './support/kubernetes-object.ts'

const services = ['counting', 'dashboard']
const charts = ['consul', 'istio']

/** The names that must agree in every object of one service. */
function selectorOf(objects: KubeObject[], kind: string, name: string): unknown {
  const spec = findObject(objects, kind, name).spec as Record<string, unknown>
  return spec['selector'] ?? spec['podSelector']
}

describe.each(charts)('names in charts/%s', (chart) => {
  it('are the same for ServiceAccount, Service, Deployment, container and telemetry', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects(chart, { release: 'anything' })
    for (const name of services) {
      const pod = podOf(objects, name)
      findObject(objects, 'ServiceAccount', name)
      expect(pod.spec.serviceAccountName).toBe(name)
      expect(pod.spec.containers[0].name).toBe(name)
      expect(pod.metadata.labels['app.kubernetes.io/name']).toBe(name)
      expect(environmentOf(pod)['OTEL_SERVICE_NAME']).toBe(name)
      const selector = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': 'anything' }
      expect(pod.metadata.labels).toMatchObject(selector)
      expect(selectorOf(objects, 'Service', name)).toEqual(selector)
      for (const kind of ['Deployment', 'PodDisruptionBudget', 'NetworkPolicy']) {
        expect(selectorOf(objects, kind, name)).toEqual({ matchLabels: selector })
      }
    }
  })

  it('select each pod by one Service only, and declare its http port first', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects(chart)
    for (const name of services) {
      const { labels } = podOf(objects, name).metadata
      const selecting = ofKind(objects, 'Service').filter(({ spec }) =>
        Object.entries((spec as { selector: Record<string, string> }).selector).every(([k, v]) => labels[k] === v),
      )
      expect(selecting.map(({ metadata }) => metadata.name)).toEqual([name])
      expect(podOf(objects, name).spec.containers[0].ports?.[0]?.name).toBe('http')
    }
  })

  it('have the port of counting wherever the dashboard looks for it', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects(chart, { set: ['counting.port=8080'] })
    expect(JSON.stringify(objects)).not.toMatch(/9001/)
    const { port } = (findObject(objects, 'Service', 'counting').spec as { ports: [{ port: number }] }).ports[0]
    const pod = podOf(objects, 'dashboard')
    expect(new URL(environmentOf(pod)['COUNTING_SERVICE_URL'] ?? '').port).toBe(String(port))
    const upstream = pod.metadata.annotations['consul.hashicorp.com/connect-service-upstreams']
    expect(upstream).toBe(chart === 'consul' ? `counting:${port}` : undefined)
    // Under Istio every address of counting leads through the dashboard's own sidecar: its page has no bypass to try.
    const direct = environmentOf(pod)['COUNTING_BYPASS_URL']
    expect(direct).toBe(chart === 'consul' ? `http://counting:${port}` : undefined)
    const [test] = (findObject(objects, 'Pod', 'throughline-test').spec as { containers: [{ env: unknown }] })
      .containers
    expect(test.env).toContainEqual({ name: 'BYPASS_URL', value: `http://counting:${port}/` })
  })

  it('are refused when a user changes one: identities and rules would no longer match', async (context) => {
    const helm = await requireHelm(context)
    expect(await helm.refusal(chart, { values: { counting: { name: 'counter' } } })).toContain('counting.name: ')
  })
})

it.for(['true', 'null', '123', '1e3'])(
  'a release, a namespace, a gateway and a provider may be called %s, not a string in YAML',
  async (name, context) => {
    const helm = await requireHelm(context)
    const isName = /^[a-z]/.test(name)
    const values = {
      global: { gateway: { enabled: true, className: name, ...(isName && { name }) } },
      telemetry: { provider: name },
      counting: { priorityClassName: name, autoscaling: { enabled: true }, podMonitor: { enabled: true } },
    }
    const { telemetry: _, ...consul } = values
    const alone = { values: isName ? { name } : {} }
    for (const [chart, options] of [
      ['istio', { values }],
      ['consul', { values: consul }],
      ['service', alone],
    ] as const) {
      const objects = await helm.objects(chart, {
        ...options,
        release: isName || chart !== 'service' ? name : 'x',
        namespace: name,
      })
      const scalars = JSON.stringify(objects, (key, value: unknown) => {
        if (!/^(name|namespace|.*\/instance|.*\/name|.*ClassName|serviceAccountName)$/.test(key)) return value
        return typeof value === 'string' ? value : `not a string: ${JSON.stringify(value)}`
      })
      expect(scalars).not.toContain('not a string')
      expect(scalars).toContain(`"namespace":"${name}"`)
    }
  },
)

it.for(['1st', '123', '1e3', 'a.b'])(
  'a release %s, by which no Service may be called, needs a name',
  async (release, context) => {
    const helm = await requireHelm(context)
    expect(await helm.refusal('service', { release })).toContain(`service.name: "${release}" is no name of a Service`)
    expect(await helm.refusal('service', { release, values: { name: 'shop' } })).toBeUndefined()
  },
)

it('the pod of its test is told from a service with a name of 63 letters', async (context) => {
  const helm = await requireHelm(context)
  const objects = await helm.objects('service', { values: { name: 'n'.repeat(63) } })
  const [test] = ofKind(objects, 'Pod')
  expect(test?.metadata.labels?.['app.kubernetes.io/name']).toMatch(/^n{56}-health$/)
})

it('destinations, sources and principals are services that the charts install', async (context) => {
  const helm = await requireHelm(context)
  const accounts = ofKind(await helm.objects('consul'), 'ServiceAccount').map(({ metadata }) => metadata.name)
  expect(accounts.toSorted()).toEqual(services)
  const sources = ofKind(await helm.objects('consul'), 'ServiceIntentions').flatMap(({ spec }) => {
    const { destination, sources: from } = spec as { destination: { name: string }; sources: { name: string }[] }
    return [destination.name, ...from.map(({ name }) => name)]
  })
  expect(sources.filter((name) => name !== '*' && !accounts.includes(name))).toEqual([])
  const policies = JSON.stringify(ofKind(await helm.objects('istio'), 'AuthorizationPolicy'))
  const principals = [...policies.matchAll(/\/sa\/([^"]+)"/g)].map(([, account]) => account)
  expect(principals).toEqual(['dashboard'])
})

it('the trace backend of apps, sidecars and mesh is one host', async (context) => {
  const helm = await requireHelm(context)
  const service = findObject(await helm.objects('consul'), 'Service', 'jaeger')
  const host = `jaeger.${service.metadata.namespace}.svc.cluster.local`
  const mesh = await helm.objects('consul/install/mesh')
  expect(JSON.stringify(findObject(mesh, 'ProxyDefaults', 'global').spec)).toContain(host)
  for (const chart of charts) expect(await helm.text(chart)).toContain(`value: "http://${host}:4318"`)
})

it('every chart has one version, and the images are of that version', async (context) => {
  const helm = await requireHelm(context)
  const read = (file: string) => parse(fs.readFileSync(path.join(CHARTS, file), 'utf8')) as Record<string, string>
  for (const chart of ['service', 'observability', 'consul', 'consul/install/mesh', 'istio']) {
    expect(read(`${chart}/Chart.yaml`)).toMatchObject({ version: projectVersion, appVersion: projectVersion })
  }
  for (const name of services) {
    const image = podOf(await helm.objects('istio'), name).spec.containers[0].image
    expect(image).toBe(`throughline/${name}:${projectVersion}`)
  }
})
