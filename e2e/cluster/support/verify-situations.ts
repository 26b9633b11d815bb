import { absentTracer } from '../../support/absent-tracer.ts'

/** Something that breaks the release, and what `verify --context` says of it. */
export interface Situation {
  title: string
  /** Calls of kubectl that bring it about. */
  set: string[][]
  /** Calls of kubectl that take it back. */
  reset: string[][]
  /** Objects that it consists of, beside those calls. */
  objects?: object[]
  /** A workload whose pods are replaced by it. */
  restarts?: string
  /** Verify knows the address of counting's pod. */
  bypass?: boolean
  /** Proxy settings of the whole mesh (`defaultConfig`), which pods get when they are injected. */
  mesh?: object
  finding: string
  line: string
}

const COUNTING = { matchLabels: { 'app.kubernetes.io/name': 'counting' } }

const security = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'security.istio.io/v1',
  kind,
  metadata: { name, namespace: 'throughline' },
  spec: { selector: COUNTING, ...spec },
})

function merge(object: string, spec: object): string[] {
  return ['patch', ...object.split('/'), '--type=merge', `--patch=${JSON.stringify({ spec })}`]
}

function patch(object: string, ...operations: object[]): string[] {
  return ['patch', ...object.split('/'), '--type=json', `--patch=${JSON.stringify(operations)}`]
}

const tracing = (provider: string, sampling?: number): string[] =>
  merge('telemetry/tracing', {
    tracing: [{ providers: [{ name: provider }], randomSamplingPercentage: sampling }],
  })

const protocol = (value: string): string[] =>
  patch('service/counting', { op: 'replace', path: '/spec/ports/0/appProtocol', value })

const injection = (app: string, value: string): string[] =>
  merge(`deployment/${app}`, { template: { metadata: { labels: { 'sidecar.istio.io/inject': value } } } })

const operations = [{ operation: { methods: ['GET'], paths: ['/'], ports: ['9001'] } }]

/** A listener that Envoy refuses. */
const refusedListener = {
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'EnvoyFilter',
  metadata: { name: 'refused', namespace: 'throughline' },
  spec: {
    workloadSelector: { labels: COUNTING.matchLabels },
    configPatches: [
      {
        applyTo: 'NETWORK_FILTER',
        match: {
          context: 'SIDECAR_INBOUND',
          listener: { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager' } } },
        },
        patch: {
          operation: 'MERGE',
          value: {
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              tracing: { provider: absentTracer },
            },
          },
        },
      },
    ],
  },
}

const denyDashboard = security('AuthorizationPolicy', 'no-dashboard', {
  action: 'DENY',
  rules: [{ from: [{ source: { principals: ['cluster.local/ns/throughline/sa/dashboard'] } }] }],
})

const scale = (replicas: number): string[] => ['scale', 'deployment/counting', `--replicas=${replicas}`]

/** Each breaks one thing of the release under Istio, in an order in which none is in the way of the next. */
export const situations: Situation[] = [
  {
    title: 'an AuthorizationPolicy that denies',
    set: [],
    reset: [],
    objects: [denyDashboard],
    finding: 'TLV501',
    line: 'AuthorizationPolicy throughline/no-dashboard spec.rules[0]',
  },
  {
    title: 'a denial that a sidecar does not apply, because it refuses its listener',
    set: [],
    reset: [],
    objects: [refusedListener, denyDashboard],
    finding: 'TLV505',
    line: 'AuthorizationPolicy throughline/no-dashboard spec.rules[0]',
  },
  {
    title: 'a Service whose pods are gone',
    set: [scale(0)],
    reset: [scale(1)],
    restarts: 'deployment/counting',
    finding: 'TLV504',
    line: 'Service throughline/counting spec.selector',
  },
  {
    title: 'a Telemetry with a provider that does not exist',
    set: [tracing('jaegerr', 100)],
    reset: [tracing('otel', 100)],
    finding: 'TLV301',
    line: 'Telemetry throughline/tracing spec.tracing[0].providers[0].name',
  },
  {
    title: 'a Telemetry that samples nothing',
    set: [tracing('otel', 0)],
    reset: [tracing('otel', 100)],
    finding: 'TLV202',
    line: 'Telemetry throughline/tracing spec.tracing[0].randomSamplingPercentage',
  },
  {
    title: 'a rule of HTTP for a port that is not HTTP',
    set: [protocol('tcp')],
    reset: [],
    finding: 'TLV506',
    line: 'AuthorizationPolicy throughline/counting-allow-get spec.rules[0].to',
  },
  {
    title: 'a port that is not HTTP',
    set: [patch('authorizationpolicy/counting-allow-get', { op: 'remove', path: '/spec/rules/0/to' })],
    reset: [
      protocol('http'),
      patch('authorizationpolicy/counting-allow-get', { op: 'add', path: '/spec/rules/0/to', value: operations }),
    ],
    finding: 'TLV401',
    line: 'Service throughline/counting spec.ports[0].appProtocol',
  },
  {
    title: 'sampling of the mesh that is newer than the pods',
    set: [tracing('otel')],
    reset: [tracing('otel', 100)],
    mesh: { tracing: { sampling: 100 } },
    finding: 'TLV307',
    line: 'ConfigMap istio-system/istio data.mesh defaultConfig.tracing.sampling',
  },
  {
    title: 'a caller without a sidecar, of a pod that demands one',
    set: [injection('dashboard', 'false')],
    reset: [injection('dashboard', 'true')],
    restarts: 'deployment/dashboard',
    finding: 'TLV502',
    line: 'PeerAuthentication throughline/default spec.mtls.mode',
  },
  {
    title: 'a pod without a sidecar',
    set: [injection('counting', 'false')],
    reset: [],
    restarts: 'deployment/counting',
    finding: 'TLV402',
    line: 'Pod throughline/counting-POD metadata.labels',
  },
  {
    title: 'a DestinationRule with TLS for a pod without a sidecar',
    set: [],
    reset: [injection('counting', 'true')],
    objects: [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: { name: 'counting-tls', namespace: 'throughline' },
        spec: { host: 'counting', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } },
      },
    ],
    restarts: 'deployment/counting',
    finding: 'TLV503',
    line: 'DestinationRule throughline/counting-tls spec.trafficPolicy.tls.mode',
  },
  {
    title: 'a bypass in plain text that the sidecar takes',
    set: [],
    reset: [],
    objects: [
      security('PeerAuthentication', 'counting-open', { mtls: { mode: 'PERMISSIVE' } }),
      security('AuthorizationPolicy', 'anyone', { action: 'ALLOW', rules: [{}] }),
    ],
    bypass: true,
    finding: 'TLV602',
    line: 'PeerAuthentication throughline/counting-open spec.mtls.mode',
  },
]
