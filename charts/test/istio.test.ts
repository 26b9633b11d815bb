import { findObject } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { requireHelm } from './support/helm.ts'
import { inParallel } from './support/in-parallel.ts'
import { environmentOf, names, ofKind, podOf } from './support/kubernetes-object.ts'

const gateway = { global: { gateway: { enabled: true } } }
const open = [
  { operation: { methods: ['GET'], notPaths: ['/metrics'], ports: ['9002'] } },
  { operation: { methods: ['POST'], paths: ['/api/*'], ports: ['9002'] } },
]

describe('pods under Istio', () => {
  it('request a sidecar by label, and never by the obsolete annotation', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('istio')
    for (const name of ['counting', 'dashboard']) {
      const { labels, annotations } = podOf(objects, name).metadata
      expect(labels['sidecar.istio.io/inject']).toBe('true')
      expect(labels).not.toHaveProperty('istio.io/rev')
      expect(annotations).not.toHaveProperty('sidecar.istio.io/inject')
    }
  })

  it.for([
    ['namespaceLabel', undefined, undefined],
    ['revision', undefined, '1-31'],
    ['none', 'false', undefined],
  ] as const)('request it by %s if configured', async ([injection, inject, revision], context) => {
    const helm = await requireHelm(context)
    const values = { global: { istio: { injection, revision: revision ?? '' } } }
    const { labels } = podOf(await helm.objects('istio', { values }), 'counting').metadata
    expect([labels['sidecar.istio.io/inject'], labels['istio.io/rev']]).toEqual([inject, revision])
  })

  it('listen on all addresses, as the sidecar requires, and call counting by its Service', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('istio')
    expect(environmentOf(podOf(objects, 'counting'))).toMatchObject({ HOST: '0.0.0.0', PORT: '9001' })
    expect(environmentOf(podOf(objects, 'dashboard'))).toMatchObject({
      HOST: '0.0.0.0',
      PORT: '9002',
      COUNTING_SERVICE_URL: 'http://counting:9001',
    })
  })

  it('exclude the export of spans from the sidecar, and offer metrics to its agent', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('istio')
    for (const [name, port] of [
      ['counting', '9001'],
      ['dashboard', '9002'],
    ] as const) {
      expect(podOf(objects, name).metadata.annotations).toEqual({
        'kubectl.kubernetes.io/default-container': name,
        'traffic.sidecar.istio.io/excludeOutboundPorts': '4317,4318,9411,14268,16686',
        'sidecar.istio.io/rewriteAppHTTPProbers': 'true',
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': port,
        'prometheus.io/path': '/metrics',
      })
    }
  })

  it('admit the app’s port, 15021, and 15020 to the scraper', async (context) => {
    const helm = await requireHelm(context)
    const policy = findObject(await helm.objects('istio'), 'NetworkPolicy', 'counting')
    expect((policy.spec as { ingress: { ports: unknown }[] }).ingress.map((rule) => rule.ports)).toEqual([
      [
        { port: 9001, protocol: 'TCP' },
        { port: 15021, protocol: 'TCP' },
      ],
      [{ port: 15020, protocol: 'TCP' }],
    ])
  })

  it('are not injected outside the mesh: Jaeger and the test', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('istio')
    expect(podOf(objects, 'jaeger').metadata.labels['sidecar.istio.io/inject']).toBe('false')
    expect(findObject(objects, 'Pod', 'throughline-test').metadata.labels?.['sidecar.istio.io/inject']).toBe('false')
  })
})

describe('mutual TLS', () => {
  it('is strict in the whole namespace, except for the page’s port', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('istio')
    expect(findObject(objects, 'PeerAuthentication', 'default').spec).toEqual({ mtls: { mode: 'STRICT' } })
    expect(findObject(objects, 'PeerAuthentication', 'dashboard-edge').spec).toEqual({
      selector: { matchLabels: { 'app.kubernetes.io/name': 'dashboard' } },
      mtls: { mode: 'STRICT' },
      portLevelMtls: { 9002: { mode: 'PERMISSIVE' } },
    })
    expect(ofKind(objects, 'DestinationRule')).toEqual([])
  })

  it('has no exception behind a gateway', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('istio', { values: gateway })
    expect(names(ofKind(objects, 'PeerAuthentication'))).toEqual(['PeerAuthentication/default'])
  })
})

describe('authorization', () => {
  it('denies everything but GET / from the dashboard’s identity, and the page for browsers', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('istio')
    expect(names(ofKind(objects, 'AuthorizationPolicy'))).toHaveLength(3)
    expect(findObject(objects, 'AuthorizationPolicy', 'deny-all').spec).toEqual({})
    expect(findObject(objects, 'AuthorizationPolicy', 'counting-allow-get').spec).toEqual({
      selector: { matchLabels: { 'app.kubernetes.io/name': 'counting' } },
      action: 'ALLOW',
      rules: [
        {
          from: [{ source: { principals: ['cluster.local/ns/throughline/sa/dashboard'] } }],
          to: [{ operation: { methods: ['GET'], paths: ['/'], ports: ['9001'] } }],
        },
      ],
    })
    expect(findObject(objects, 'AuthorizationPolicy', 'dashboard-edge').spec).toMatchObject({ rules: [{ to: open }] })
  })

  it('builds identities from the release’s namespace and the trust domain', async (context) => {
    const helm = await requireHelm(context)
    const values = { global: { istio: { trustDomain: 'example.org' } } }
    const objects = await helm.objects('istio', { values, namespace: 'elsewhere' })
    const text = JSON.stringify(findObject(objects, 'AuthorizationPolicy', 'counting-allow-get').spec)
    expect(text).toContain('"example.org/ns/elsewhere/sa/dashboard"')
  })

  it('drops the allow when the dashboard is not allowed, so that deny-all decides', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('istio', { values: { dashboard: { allowed: false } } })
    expect(names(ofKind(objects, 'AuthorizationPolicy'))).toEqual([
      'AuthorizationPolicy/dashboard-edge',
      'AuthorizationPolicy/deny-all',
    ])
  })

  it('admits only the gateway’s identity to the page, and requests to the gateway', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('istio', { values: gateway })
    expect(findObject(objects, 'AuthorizationPolicy', 'dashboard-edge').spec).toMatchObject({
      rules: [
        {
          from: [{ source: { principals: ['cluster.local/ns/throughline/sa/dashboard-gateway-istio'] } }],
          to: open,
        },
      ],
    })
    expect(findObject(objects, 'AuthorizationPolicy', 'dashboard-gateway').spec).toMatchObject({
      targetRefs: [{ kind: 'Gateway', name: 'dashboard-gateway' }],
      action: 'ALLOW',
    })
  })
})

describe('telemetry', () => {
  it('traces the two services with the chosen provider, and affects no other namespace', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('istio', { values: { telemetry: { provider: 'zipkin', sampling: 12.5 } } })
    expect(findObject(objects, 'Telemetry', 'tracing').spec).toEqual({
      selector: { matchLabels: { 'app.kubernetes.io/part-of': 'throughline' } },
      tracing: [{ providers: [{ name: 'zipkin' }], randomSamplingPercentage: 12.5 }],
      accessLogging: [{ providers: [{ name: 'envoy' }] }],
    })
    expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['throughline']))
  })

  it('accepts any provider of the mesh, and a share as a string from --set', async (context) => {
    const helm = await requireHelm(context)
    const tracingOf = async (...set: string[]) =>
      findObject(await helm.objects('istio', { set }), 'Telemetry', 'tracing').spec
    expect(await tracingOf('telemetry.sampling=0.1', 'telemetry.provider=datadog')).toMatchObject({
      tracing: [{ providers: [{ name: 'datadog' }], randomSamplingPercentage: 0.1 }],
    })
    expect(await tracingOf('telemetry.sampling=0')).toMatchObject({ tracing: [{ randomSamplingPercentage: 0 }] })
    expect(await tracingOf('telemetry.sampling=.5')).toMatchObject({ tracing: [{ randomSamplingPercentage: 0.5 }] })
  })

  it('lets sidecars know the trace backend where it is a Service of another namespace', async (context) => {
    const helm = await requireHelm(context)
    const at = (host: string, namespace = 'observability') =>
      [host, `${namespace}/jaeger.${namespace}.svc.cluster.local`] as const
    const services = [
      at('jaeger.observability'),
      at('jaeger.observability.svc'),
      at('jaeger.observability.svc.cluster.local'),
      at('Jaeger.observability.svc.cluster.local.'),
      at('jaeger.2024', '2024'),
      at('jaeger.2024-traces', '2024-traces'),
    ]
    const elsewhere = [
      '10.0.0.5',
      '10.5',
      'fd00::5',
      '[fd00::5]',
      'tempo.example.com',
      'jaeger.traces.svc.other.example',
    ]
    const known = ['jaeger', 'jaeger.throughline', 'localhost', '']
    const cases = [...services, ...[...elsewhere, ...known].map((host) => [host] as const)]
    const found = await inParallel(cases, async ([host]) => {
      const objects = await helm.objects('istio', { values: { global: { traceBackend: { host } } } })
      const { egress } = findObject(objects, 'Sidecar', 'default').spec as { egress: [{ hosts: string[] }] }
      return [host, ...egress[0].hosts]
    })
    expect(found).toEqual(cases.map(([host, ...own]) => [host, './*', 'istio-system/*', ...own]))
  })
})
