import { describe, expect, it } from 'vitest'
import {
  consulWith,
  found,
  isCart,
  isProxy,
  istioWith,
  sketchCluster,
  sketchClusterPath,
  sketchConsul,
  sketchIstio,
  sketchPod,
  withoutProxies,
} from '../cluster.test-support.ts'
import type { ClusterFacts, EntryFacts } from '../evidence/cluster-facts.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { sketchProbes } from '../evidence.test-support.ts'
import type { Span } from '../evidence/span.ts'

const entry = (change: Partial<EntryFacts>): EntryFacts => ({
  key: 'envoy_tracing_json',
  form: 'text',
  typed: true,
  unknown: [],
  sampling: null,
  ...change,
})

/** Spans without those that proxies leave only where x-request-id forces them. */
function withoutUnforced({ probes, spans }: Evidence): Span[] {
  const unsampled = new Set(
    probes.filter(({ kind }) => kind === 'w3c').flatMap(({ contexts }) => contexts.map(({ traceId }) => traceId)),
  )
  return spans.filter((span) => !span.proxy || !unsampled.has(span.traceId))
}

describe('objects of a healthy path', () => {
  it.each(['istio', 'consul'] as const)('lead to nothing under %s', (mesh) => {
    expect(found(sketchClusterPath(mesh))).toEqual([])
  })
})

describe('TLV304', () => {
  const proxyDefaults = (facts: Partial<EntryFacts>) =>
    consulWith({ proxyDefaults: sketchConsul().proxyDefaults.map((each) => ({ ...each, entries: [entry(facts)] })) })
  it.each([
    [{ form: 'not text' as const }, 'envoy_tracing_json'],
    [{ form: 'not JSON' as const }, 'envoy_tracing_json'],
    [{ typed: false }, 'envoy_tracing_json'],
    [{ unknown: ['numerator'] }, 'envoy_tracing_json'],
    [{ key: 'envoy_tracing_config_json' }, 'envoy_tracing_config_json'],
  ])('names the entry with %o', (facts, key) => {
    const cluster = proxyDefaults(facts)
    const line = `ProxyDefaults consul/global spec.config.${key}`
    expect(found(sketchClusterPath('consul', { cluster, edit: withoutProxies }))).toEqual([`TLV304 error ${line}`])
    expect(found(sketchClusterPath('consul', { cluster }))).toEqual([`TLV304 suspected ${line}`])
  })

  it('accepts an entry that Consul reads', () => {
    expect(found(sketchClusterPath('consul', { cluster: proxyDefaults({}) }))).toEqual([])
  })
})

describe('TLV307', () => {
  it('names the pods that started before Consul’s tracing was written, where they trace nothing', () => {
    const written = { entries: [entry({})], changedAt: Date.parse('2026-01-03T00:00:00Z') }
    const cluster = consulWith({ proxyDefaults: sketchConsul().proxyDefaults.map((each) => ({ ...each, ...written })) })
    const silent = sketchClusterPath('consul', { cluster, edit: withoutProxies })
    const line = 'TLV307 warning ProxyDefaults consul/global spec.config.envoy_tracing_json'
    expect(found(silent)).toEqual([line, line])
    expect(found(sketchClusterPath('consul', { cluster }))).toEqual([])
  })

  it('names pods that were injected with another sampling than the mesh has now', () => {
    const { meshConfig } = sketchIstio()
    const change = (changedAt: string) =>
      istioWith({ meshConfig: meshConfig && { ...meshConfig, sampling: 100, changedAt: Date.parse(changedAt) } })
    const line = 'ConfigMap istio-system/istio data.mesh defaultConfig.tracing.sampling'
    const stale = sketchClusterPath('istio', { cluster: change('2026-01-03T00:00:00Z') })
    expect(found(stale)).toEqual([`TLV307 warning ${line}`])
    // What they then lose is explained by it.
    expect(found({ ...stale, spans: withoutUnforced(stale) })).toEqual([`TLV307 error ${line}`])
    expect(found(sketchClusterPath('istio', { cluster: change('2026-01-01T00:00:00Z') }))).toEqual([])
  })
})

describe('TLV401', () => {
  const port = { name: 'http', appProtocol: null, port: 80, target: 8080 } as const
  const withPort = (change: object): ClusterFacts => {
    const cluster = sketchCluster('istio')
    return { ...cluster, services: cluster.services.map((each) => ({ ...each, port: { ...port, ...change } })) }
  }
  it.each([
    [{ name: 'tcp-cart' }, 'name'],
    [{ name: 'redis' }, 'name'],
    [{ appProtocol: 'tcp' }, 'appProtocol'],
  ])('names the line of a port with %o', (change, field) => {
    expect(found(sketchClusterPath('istio', { cluster: withPort(change), edit: withoutProxies }))).toEqual([
      `TLV401 error Service shop/cart spec.ports[0].${field}`,
    ])
  })

  it.each([{ name: 'http2-cart' }, { name: 'web' }, { name: null }, { name: 'tcp', appProtocol: 'http' }])(
    'takes %o for HTTP, or for a port that is sniffed',
    (change) => {
      expect(found(sketchClusterPath('istio', { cluster: withPort(change), edit: withoutProxies }))).toEqual([])
    },
  )

  it('names ServiceDefaults under Consul, or that there is none', () => {
    const { proxyDefaults } = sketchConsul()
    const bytes = proxyDefaults.map((each) => ({ ...each, protocol: null }))
    const own = { name: 'shop/cart', service: 'cart', protocol: 'tcp', syncFailure: null }
    const none = consulWith({ proxyDefaults: bytes })
    expect(found(sketchClusterPath('consul', { cluster: none, edit: withoutProxies }))).toEqual([
      'TLV401 error ServiceDefaults shop/cart does not exist',
    ])
    const tcp = consulWith({ serviceDefaults: [own] })
    expect(found(sketchClusterPath('consul', { cluster: tcp, edit: withoutProxies }))).toEqual([
      'TLV401 error ServiceDefaults shop/cart spec.protocol',
    ])
  })
})

describe('TLV402', () => {
  it.each(['istio', 'consul'] as const)('names the pod without a sidecar of %s', (mesh) => {
    const cluster = sketchCluster(mesh, { pods: [sketchPod('frontend', mesh), sketchPod('cart', null)] })
    const edit = (span: Span): Span | null => (isProxy(span) && isCart(span) ? null : span)
    const field = mesh === 'istio' ? 'metadata.labels' : 'metadata.annotations'
    expect(found(sketchClusterPath(mesh, { cluster, edit }))).toContain(`TLV402 warning Pod shop/cart-1 ${field}`)
  })

  it('expects none in ambient mode, nor where no pod has one', () => {
    const ambient = [sketchPod('frontend', 'istio'), sketchPod('cart', null, { ambient: true })]
    expect(found(sketchClusterPath('istio', { cluster: sketchCluster('istio', { pods: ambient }) }))).toEqual([])
    const none = [sketchPod('frontend', null), sketchPod('cart', null)]
    expect(found(sketchClusterPath('istio', { cluster: sketchCluster('istio', { pods: none }) }))).toEqual([])
  })
})

describe('lines for findings that spans lead to', () => {
  it('names the line of the sampling', () => {
    const telemetries = (sampling: number) => [
      {
        name: 'shop/tracing',
        scope: 'namespace' as const,
        pods: ['shop/frontend-1', 'shop/cart-1'],
        tracing: [{ providers: ['otel'], sampling, disabled: false }],
      },
    ]
    const probes = sketchProbes()
    const evidence = sketchClusterPath('istio', { cluster: istioWith({ telemetries: telemetries(0) }), probes })
    expect(found({ ...evidence, spans: withoutUnforced(evidence) })).toEqual([
      'TLV202 error Telemetry shop/tracing spec.tracing[0].randomSamplingPercentage',
    ])
  })

  it.each([
    [[{ providers: ['jaegerr'], sampling: 100, disabled: false }], 'providers[0].name'],
    [[{ providers: ['otel'], sampling: 100, disabled: true }], 'disableSpanReporting'],
  ])('names the line of a Telemetry that leaves proxies without a tracer: %#', (tracing, field) => {
    const all = ['shop/frontend-1', 'shop/cart-1']
    const cluster = istioWith({ telemetries: [{ name: 'shop/tracing', scope: 'namespace', pods: all, tracing }] })
    expect(found(sketchClusterPath('istio', { cluster, edit: withoutProxies }))).toEqual([
      `TLV301 error Telemetry shop/tracing spec.tracing[0].${field}`,
    ])
    expect(found(sketchClusterPath('istio', { cluster }))).toEqual([])
  })

  it('takes the narrowest Telemetry, field by field', () => {
    const all = ['shop/frontend-1', 'shop/cart-1']
    const telemetry = (scope: 'mesh' | 'namespace' | 'workload', providers: string[]) => ({
      name: `shop/${scope}`,
      scope,
      pods: all,
      tracing: [{ providers, sampling: null, disabled: false }],
    })
    const telemetries = [telemetry('workload', []), telemetry('mesh', ['otel']), telemetry('namespace', ['absent'])]
    expect(found(sketchClusterPath('istio', { cluster: istioWith({ telemetries }), edit: withoutProxies }))).toEqual([
      'TLV301 error Telemetry shop/namespace spec.tracing[0].providers[0].name',
    ])
  })

  it('names ProxyDefaults that give Consul’s sidecars no tracer, unless their listeners have one', () => {
    const change = (entries: EntryFacts[]) => {
      const proxyDefaults = sketchConsul().proxyDefaults.map((each) => ({ ...each, entries }))
      return found(sketchClusterPath('consul', { cluster: consulWith({ proxyDefaults }), edit: withoutProxies }))
    }
    const listener = entry({ key: 'envoy_listener_tracing_json', sampling: 100 })
    const line = 'TLV301 error ProxyDefaults consul/global spec.config.envoy_tracing_json'
    expect(change([])).toEqual([line])
    expect(change([listener])).toEqual([line])
    expect(change([{ ...listener, provider: true }])).toEqual([])
    const none = sketchClusterPath('consul', { cluster: consulWith({ proxyDefaults: [] }), edit: withoutProxies })
    expect(found(none)).toEqual(['TLV301 error', 'TLV401 error ServiceDefaults shop/cart does not exist'])
  })

  it('says that nothing names a provider', () => {
    const { meshConfig } = sketchIstio()
    const cluster = istioWith({ meshConfig: meshConfig && { ...meshConfig, defaultProviders: [] } })
    expect(found(sketchClusterPath('istio', { cluster, edit: withoutProxies }))).toEqual(['TLV301 error'])
  })
})
