import { describe, expect, it } from 'vitest'
import { cluster } from './answers.test-support.ts'
import { createObjectLists } from './object-lists.ts'
import { readConsul } from './read-consul.ts'
import { readIstio } from './read-istio.ts'
import { readService } from './read-pods.ts'

const CONSUL = '/apis/consul.hashicorp.com/v1alpha1'
const metadata = (name: string, namespace = 'consul') => ({
  name,
  namespace,
  creationTimestamp: '2026-01-01T00:00:00Z',
  managedFields: [
    { manager: 'helm', time: '2026-01-02T00:00:00Z', fieldsV1: { 'f:spec': {} } },
    { manager: 'consul-k8s', time: '2026-01-03T00:00:00Z', subresource: 'status', fieldsV1: { 'f:status': {} } },
  ],
})

describe('readConsul', () => {
  it('keeps the form of the tracing entries, and nothing of their content', async () => {
    const secret = 'hunter2'
    const config = {
      protocol: 'http',
      envoy_tracing_json: JSON.stringify({
        http: {
          name: 'envoy.tracers.zipkin',
          typed_config: { '@type': 'type…ZipkinConfig', collector_cluster: secret },
        },
      }),
      envoy_listener_tracing_json: JSON.stringify({ '@type': 'type…Tracing', random_sampling: { numerator: 1 } }),
      envoy_extra_static_clusters_json: { name: secret },
    }
    const unseen: string[] = []
    const kubectl = cluster({
      [`${CONSUL}/proxydefaults`]: {
        items: [{ metadata: metadata('global'), spec: { config, mutualTLSMode: 'permissive' } }],
      },
      [`${CONSUL}/servicedefaults`]: { items: [] },
      [`${CONSUL}/serviceintentions`]: { items: [] },
    })
    const facts = await readConsul(createObjectLists(kubectl, unseen), ['shop'])
    expect(facts?.proxyDefaults).toEqual([
      {
        name: 'consul/global',
        protocol: 'http',
        mutualTls: 'permissive',
        changedAt: Date.parse('2026-01-02T00:00:00Z'),
        syncFailure: null,
        entries: [
          { key: 'envoy_tracing_json', form: 'text', typed: true, unknown: [], sampling: null },
          { key: 'envoy_listener_tracing_json', form: 'text', typed: true, unknown: ['numerator'], sampling: null },
          { key: 'envoy_extra_static_clusters_json', form: 'not text', typed: true, unknown: [], sampling: null },
        ],
      },
    ])
    expect(JSON.stringify(facts)).not.toContain(secret)
    expect(unseen).toEqual([])
  })

  it('reads one namespace where a role allows no more, and why Consul has not taken an intention', async () => {
    const status = {
      conditions: [{ type: 'Synced', status: 'False', reason: 'ConsulAgentError', message: 'incompatible with L7' }],
    }
    const spec = {
      destination: { name: 'cart' },
      sources: [
        { name: 'frontend', permissions: [{ action: 'allow', http: { pathPrefix: '/cart', methods: ['GET'] } }] },
        { name: '*', action: 'deny' },
      ],
    }
    const refusal = 'serviceintentions is forbidden at the cluster scope'
    const kubectl = cluster({
      [`${CONSUL}/proxydefaults`]: refusal,
      [`${CONSUL}/servicedefaults`]: refusal,
      [`${CONSUL}/serviceintentions`]: refusal,
      [`${CONSUL}/namespaces/shop/proxydefaults`]: refusal,
      [`${CONSUL}/namespaces/consul/proxydefaults`]: { items: [{ metadata: metadata('global'), spec: {} }] },
      [`${CONSUL}/namespaces/shop/servicedefaults`]: { items: [] },
      [`${CONSUL}/namespaces/shop/serviceintentions`]: {
        items: [{ metadata: metadata('cart', 'shop'), spec, status }],
      },
    })
    const unseen: string[] = []
    const lists = createObjectLists(kubectl, unseen)
    const facts = await readConsul(lists, ['shop'])
    lists.report()
    expect(facts?.proxyDefaults.map(({ name }) => name)).toEqual(['consul/global'])
    expect(facts?.intentions).toMatchObject([
      {
        name: 'shop/cart',
        destination: 'cart',
        syncFailure: 'incompatible with L7',
        sources: [
          {
            source: 'frontend',
            action: null,
            permissions: [{ action: 'allow', pathPrefix: '/cart', methods: ['GET'] }],
          },
          { source: '*', action: 'deny', permissions: [] },
        ],
      },
    ])
    expect(unseen).toEqual(['in shop, for want of a right (--print-rbac): proxydefaults'])
  })

  it.each([
    {},
    // No right for a namespace comes before that there is no such kind.
    { [`${CONSUL}/proxydefaults`]: 'forbidden', [`${CONSUL}/namespaces/consul/proxydefaults`]: 'forbidden' },
  ])('is null, and says so, in a cluster without Consul: %#', async (answers) => {
    const unseen: string[] = []
    const lists = createObjectLists(cluster(answers), unseen)
    expect(await readConsul(lists, ['shop'])).toBeNull()
    lists.report()
    expect(unseen).toEqual(['objects of consul.hashicorp.com: the cluster has no such kinds'])
  })
})

describe('readIstio', () => {
  const pod = (name: string, app: string, namespace = 'shop') => ({ metadata: { name, namespace, labels: { app } } })
  const pods = [pod('frontend-1', 'frontend'), pod('cart-1', 'cart'), pod('other-1', 'cart', 'other')]
  const at = (group: string, version: string, namespace: string, resource: string): string =>
    `/apis/${group}/${version}/namespaces/${namespace}/${resource}`

  it('resolves selectors to pods on the path, in any served version', async () => {
    const telemetry = (name: string, namespace: string, spec: object) => ({ metadata: { name, namespace }, spec })
    const kubectl = cluster({
      [at('telemetry.istio.io', 'v1alpha1', 'istio-system', 'telemetries')]: {
        items: [telemetry('mesh', 'istio-system', { tracing: [{ providers: [{ name: 'otel' }] }] })],
      },
      [at('telemetry.istio.io', 'v1alpha1', 'shop', 'telemetries')]: {
        items: [
          telemetry('all', 'shop', { tracing: [{ disableSpanReporting: true }] }),
          telemetry('cart', 'shop', {
            selector: { matchLabels: { app: 'cart' } },
            tracing: [{ randomSamplingPercentage: 0 }],
          }),
          telemetry('gateway', 'shop', { targetRefs: [{ kind: 'Gateway', name: 'edge' }], tracing: [] }),
        ],
      },
      '/api/v1/namespaces/istio-system/configmaps/istio': {
        metadata: { name: 'istio', creationTimestamp: '2026-01-01T00:00:00Z' },
        data: {
          mesh: JSON.stringify({
            extensionProviders: [
              { name: 'otel', opentelemetry: { http: { headers: [{ name: 'key', value: 'hunter2' }] } } },
            ],
            defaultConfig: { tracing: { sampling: 50 } },
          }),
        },
      },
    })
    const facts = await readIstio(kubectl, createObjectLists(kubectl, []), { pods, namespaces: ['shop'], services: [] })
    expect(facts?.telemetries.map(({ name, scope, pods: selected }) => [name, scope, selected.length])).toEqual([
      ['istio-system/mesh', 'mesh', 3],
      ['shop/all', 'namespace', 2],
      ['shop/cart', 'workload', 1],
      ['shop/gateway', 'workload', 0],
    ])
    expect(facts?.meshConfig).toMatchObject({ providers: ['otel'], defaultProviders: [], sampling: 50 })
    expect(JSON.stringify(facts)).not.toContain('hunter2')
  })
})

describe('readService', () => {
  it('follows a port by name into the container, and counts ready pods', () => {
    const pod = {
      metadata: { name: 'cart-1', namespace: 'shop', labels: { app: 'cart' } },
      spec: {
        containers: [
          { name: 'istio-proxy', ports: [{ name: 'http', containerPort: 15_090 }] },
          { name: 'app', ports: [{ name: 'http', containerPort: 8080 }] },
        ],
      },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    }
    const service = {
      metadata: { name: 'cart', namespace: 'shop' },
      spec: {
        selector: { app: 'cart' },
        ports: [
          { name: 'metrics', port: 9090 },
          { name: 'http', port: 80, targetPort: 'http' },
        ],
      },
    }
    expect(readService(service, { port: 80 }, [pod])).toEqual({
      service: 'shop/cart',
      port: { name: 'http', appProtocol: null, port: 80, target: 8080 },
      portIndex: 1,
      hasSelector: true,
      pods: ['shop/cart-1'],
      readyPods: 1,
    })
  })
})
