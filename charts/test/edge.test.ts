import { findObject } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { requireHelm } from './support/helm.ts'
import { environmentOf, names, podOf } from './support/kubernetes-object.ts'

const behindGateway = { global: { gateway: { enabled: true } } }
const jaegerPorts = [4317, 4318, 9411, 14_268, 16_686].map((port) => ({ port, protocol: 'TCP' }))

describe.each(['consul', 'istio'])('what charts/%s keeps from the public', (chart) => {
  it.for([
    { what: 'own behind a gateway', values: behindGateway, expected: 'own' },
    {
      what: 'shared behind a gateway where that is wanted',
      values: { global: { gateway: { enabled: true, sharedHistory: true } } },
      expected: undefined,
    },
    { what: 'shared without one', values: {}, expected: undefined },
  ])('the history of the page is $what', async ({ values, expected }, context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects(chart, { values })
    expect(environmentOf(podOf(objects, 'dashboard'))['HISTORY']).toBe(expected)
    expect(environmentOf(podOf(objects, 'counting'))['HISTORY']).toBeUndefined()
  })

  it('Jaeger is for the pods of the namespace', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects(chart)
    const { spec } = findObject(objects, 'NetworkPolicy', 'jaeger')
    expect(spec).toEqual({
      podSelector: {
        matchLabels: { 'app.kubernetes.io/name': 'jaeger', 'app.kubernetes.io/instance': 'throughline' },
      },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: {} }], ports: jaegerPorts }],
    })
    const ports = (podOf(objects, 'jaeger').spec.containers[0] as unknown as { ports: { containerPort: number }[] })
      .ports
    expect(ports.map(({ containerPort }) => containerPort)).toEqual(jaegerPorts.map(({ port }) => port))
  })

  it.for([
    {
      what: 'whom the values name',
      from: [{ namespaceSelector: { matchLabels: { mesh: 'yes' } } }, { ipBlock: { cidr: '10.0.0.0/8' } }],
      ingress: (from: unknown) => [{ from, ports: jaegerPorts }],
    },
    { what: 'no one', from: [], ingress: () => [] },
    {
      what: 'the namespace when the values name nothing',
      from: null,
      ingress: () => [{ from: [{ podSelector: {} }], ports: jaegerPorts }],
    },
  ])('or for $what', async ({ from, ingress }, context) => {
    const helm = await requireHelm(context)
    const values = { observability: { jaeger: { networkPolicy: { from } } } }
    const objects = await helm.objects(chart, { values })
    expect(findObject(objects, 'NetworkPolicy', 'jaeger').spec).toMatchObject({ ingress: ingress(from) })
  })

  it('Jaeger has no policy when that is switched off, or when there is no Jaeger', async (context) => {
    const helm = await requireHelm(context)
    for (const jaeger of [{ networkPolicy: { enabled: false } }, { create: false }]) {
      const objects = await helm.objects(chart, { values: { observability: { jaeger } } })
      expect(names(objects)).not.toContain('NetworkPolicy/jaeger')
    }
  })
})

it('charts/consul denies the metrics to the gateway before it allows anything', async (context) => {
  const helm = await requireHelm(context)
  const objects = await helm.objects('consul', { values: behindGateway })
  const { sources } = findObject(objects, 'ServiceIntentions', 'dashboard').spec as {
    sources: { permissions: object[] }[]
  }
  expect(sources[0]?.permissions[0]).toEqual({ action: 'deny', http: { pathExact: '/metrics' } })
})

it.for([{}, behindGateway])('charts/istio admits no one to the metrics of the page: %j', async (values, context) => {
  const helm = await requireHelm(context)
  const objects = await helm.objects('istio', { values })
  const policies = objects.filter(
    ({ kind, metadata: { name } }) => kind === 'AuthorizationPolicy' && name.startsWith('dashboard-'),
  )
  expect(policies).not.toEqual([])
  for (const { spec } of policies) {
    const { rules } = spec as { rules: { to: { operation: { methods: string[]; notPaths?: string[] } }[] }[] }
    const reading = rules.flatMap(({ to }) => to).filter(({ operation }) => operation.methods.includes('GET'))
    expect(reading.map(({ operation }) => operation.notPaths)).toEqual([['/metrics']])
  }
})
