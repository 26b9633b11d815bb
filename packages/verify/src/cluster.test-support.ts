import { sketchEvidence, sketchProbes, sketchRequest } from './evidence.test-support.ts'
import type {
  AuthorizationPolicyFacts,
  ClusterFacts,
  ConsulFacts,
  IstioFacts,
  PodFacts,
} from './evidence/cluster-facts.ts'
import type { Evidence } from './evidence/evidence.ts'
import type { Span } from './evidence/span.ts'
import { judge } from './findings/judge.ts'
import { formatObject } from './report/format-object.ts'

type Mesh = 'istio' | 'consul'

/** Names that a sidecar has, by its mesh. */
const NODES: Record<Mesh, (app: string) => string> = {
  istio: (app) => `sidecar~10.0.0.1~${app}-1.shop~shop.svc.cluster.local`,
  consul: (app) => `${app}-1-${app}-sidecar-proxy`,
}

const CLUSTERS: Record<Mesh, { inbound: string; outbound: string }> = {
  istio: { inbound: 'inbound|8080||', outbound: 'outbound|80||cart.shop.svc.cluster.local' },
  consul: {
    inbound: 'local_app',
    outbound: 'cart.default.dc1.internal.0a1b2c3d-0000-4000-8000-000000000000.consul',
  },
}

export function sketchPod(app: string, sidecar: Mesh | null, change: Partial<PodFacts> = {}): PodFacts {
  return {
    pod: `shop/${app}-1`,
    identity: `ns/shop/sa/${app}`,
    startedAt: Date.parse('2026-01-02T00:00:00Z'),
    ready: true,
    sidecar,
    ambient: false,
    crashedAt: null,
    consulService: app,
    injectedSampling: null,
    ...change,
  }
}

export const sketchIstio = (change: Partial<IstioFacts> = {}): IstioFacts => ({
  telemetries: [],
  meshConfig: {
    name: 'istio-system/istio',
    providers: ['otel', 'zipkin'],
    defaultProviders: ['otel'],
    sampling: null,
    changedAt: Date.parse('2026-01-01T00:00:00Z'),
  },
  authorizationPolicies: [],
  peerAuthentications: [
    { name: 'shop/default', scope: 'namespace', pods: ['shop/frontend-1', 'shop/cart-1'], mode: 'STRICT', ports: {} },
  ],
  ...change,
})

export const sketchConsul = (change: Partial<ConsulFacts> = {}): ConsulFacts => ({
  proxyDefaults: [
    {
      name: 'consul/global',
      protocol: 'http',
      changedAt: Date.parse('2026-01-01T00:00:00Z'),
      entries: [{ key: 'envoy_tracing_json', form: 'text', typed: true, unknown: [], sampling: null }],
      syncFailure: null,
    },
  ],
  serviceDefaults: [],
  intentions: [],
  ...change,
})

/** Two pods of one mesh, frontend and cart, and cart's Service. */
export function sketchCluster(mesh: Mesh, change: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    context: 'test',
    namespace: 'shop',
    pods: [sketchPod('frontend', mesh), sketchPod('cart', mesh)],
    services: [
      {
        service: 'shop/cart',
        port: { name: 'http', appProtocol: null, port: 80, target: 8080 },
        portIndex: 0,
        hasSelector: true,
        pods: ['shop/cart-1'],
        readyPods: 1,
      },
    ],
    istio: mesh === 'istio' ? sketchIstio() : null,
    consul: mesh === 'consul' ? sketchConsul() : null,
    ...change,
  }
}

/** Evidence of a whole path in a cluster: `edit` changes or removes each of its spans. */
export function sketchClusterPath(
  mesh: Mesh,
  {
    cluster = sketchCluster(mesh),
    edit = (span: Span): Span | null => span,
    ...change
  }: Partial<Omit<Evidence, 'cluster'>> & {
    cluster?: ClusterFacts
    edit?: (span: Span) => Span | null
  } = {},
): Evidence {
  const probes = change.probes ?? sketchProbes().filter(({ kind }) => kind !== 'w3c-unsampled')
  const spans = probes.flatMap((probe) => {
    const [context] = probe.contexts
    const traceId = context?.traceId ?? probe.nonce.padStart(32, 'e')
    const request = sketchRequest({ traceId, parentId: context?.spanId ?? null, startUs: probe.startUs })
    const edited = request.map((span, index): Span | null => {
      if (!span.proxy) return edit({ ...span, probe: index === 0 ? probe.nonce : null })
      const upstream = CLUSTERS[mesh][span.kind === 'server' ? 'inbound' : 'outbound']
      return edit({ ...span, node: NODES[mesh](span.node ?? ''), cluster: upstream, path: '/cart' })
    })
    // What a proxy does not touch, it does not become the parent of.
    return edited.flatMap((span, index) => {
      if (span === null) return []
      const parent = edited.slice(0, index).findLast((each) => each !== null)
      return index === 0 ? span : { ...span, parentId: parent?.spanId ?? span.parentId }
    })
  })
  return sketchEvidence({ ...change, probes, spans, cluster })
}

/** Findings at warning or above, each with its level and its line. */
export function found(evidence: Evidence): string[] {
  return judge(evidence)
    .findings.filter(({ level }) => level !== 'note')
    .map(({ id, level, suspected, object }) => {
      return [id, suspected ? 'suspected' : level, ...(object === undefined ? [] : [formatObject(object)])].join(' ')
    })
}

export const isProxy = ({ proxy }: Span): boolean => proxy
export const isCart = ({ service }: Span): boolean => service.startsWith('cart')
export const withoutProxies = (span: Span): Span | null => (isProxy(span) ? null : span)

export const istioWith = (change: Partial<IstioFacts>): ClusterFacts =>
  sketchCluster('istio', { istio: sketchIstio(change) })
export const consulWith = (change: Partial<ConsulFacts>): ClusterFacts =>
  sketchCluster('consul', { consul: sketchConsul(change) })

/** A policy for cart that allows nothing. */
export const sketchPolicy = (change: Partial<AuthorizationPolicyFacts>): AuthorizationPolicyFacts => ({
  name: 'shop/rule',
  scope: 'workload',
  pods: ['shop/cart-1'],
  action: 'ALLOW',
  rules: [],
  ...change,
})

export const fromPrincipals = (...principals: string[]): AuthorizationPolicyFacts['rules'] => [
  { from: [{ principals, namespaces: null, other: false }], to: [], when: false },
]
