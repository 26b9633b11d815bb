import { describe, expect, it } from 'vitest'
import { requireHelm } from './support/helm.ts'

/** Each is refused, and the message names the place. */
const refusals: [chart: string, values: Record<string, unknown>, place: RegExp][] = [
  ['service', { prot: 9001 }, /prot/],
  ['service', { port: 'abc' }, /\/?port/],
  ['service', { port: 80 }, /\/?port/],
  ['service', { replicas: -1 }, /replicas/],
  ['service', { image: { tag: 'a b' } }, /image.tag/],
  ['service', { image: { pullPolicy: 'Sometimes' } }, /image.pullPolicy/],
  ['service', { upstreamUrl: 'counting:9001' }, /upstreamUrl/],
  ['service', { telemetry: { exporter: 'otpl' } }, /telemetry.exporter/],
  ['service', { telemetry: { endpoint: 'jaeger:4318' } }, /telemetry.endpoint/],
  ['service', { drain: { preStopSeconds: '4s' } }, /drain.preStopSeconds/],
  ['service', { drain: { timeoutMs: 60_000 } }, /drain\.graceSeconds is 30, but .* make 69/],
  ['service', { service: { type: 'Loadbalancer' } }, /service.type/],
  ['service', { networkPolicy: { ports: [0] } }, /networkPolicy.ports/],
  ['service', { networkPolicy: { metricsFrom: [{ namespace: 'x' }] } }, /networkPolicy.metricsFrom/],
  ['service', { podAnnotations: { x: true } }, /podAnnotations/],
  ['service', { probes: { liveness: { period: 3 } } }, /probes.liveness/],
  ['service', { env: [{ name: 'A B', value: 'x' }] }, /env/],
  ['service', { bindAddress: '{{ "" }}' }, /service\.bindAddress: .* renders to nothing/],
  ['service', { image: { digest: 'sha256:abc' } }, /image.digest/],
  ['service', { global: { image: { registry: 'https://registry.example.com' } } }, /global.image.registry/],
  ['service', { global: { traceBackend: { host: 'jaeger:16686' } } }, /global.traceBackend.host/],
  ['service', { podLabels: { 'app.kubernetes.io/name': 'x' } }, /service\.podLabels: app\.kubernetes\.io\.name is set/],
  [
    'service',
    { podAnnotations: { 'kubectl.kubernetes.io/default-container': 'x' } },
    /service\.podAnnotations: kubectl\.kubernetes\.io\.default-container is set/,
  ],
  [
    'service',
    { podMonitor: { enabled: true, labels: { 'helm.sh/chart': 'x' } } },
    /service\.podMonitor\.labels: helm\.sh\.chart is set/,
  ],
  [
    'service',
    { telemetry: { resourceAttributes: { 'service.version': '2' } } },
    /telemetry\.resourceAttributes: service\.version is set/,
  ],
  ['service', { env: [{ name: 'OTEL_SERVICE_NAME', value: 'x' }] }, /service\.env: OTEL_SERVICE_NAME is set/],
  ['service', { podLabels: { team: 'two words' } }, /service\.podLabels: team may not be "two words"/],
  ['service', { podLabels: { ['a'.repeat(64)]: 'x' } }, /podLabels|propertyName|property name/i],
  [
    'service',
    { podMonitor: { enabled: true, labels: { release: '{{ "x" | repeat 64 }}' } } },
    /service\.podMonitor\.labels: release may not be "x{64}"/,
  ],
  ['service', { env: [{ name: 'A' }, { name: 'A' }] }, /service\.env: A is there twice/],
  ['service', { env: [{ name: 'A', value: 'x', valueFrom: {} }] }, /service\.env: A has both/],
  ['service', { networkPolicy: { ports: ['70000'] } }, /service\.networkPolicy\.ports: "70000" is no port/],
  ['service', { networkPolicy: { ports: ['{{ "http" }}'] } }, /service\.networkPolicy\.ports: "http" is no port/],
  [
    'service',
    { autoscaling: { enabled: true, maxReplicas: 1 } },
    /autoscaling\.minReplicas is 2, but maxReplicas is 1/,
  ],
  ['service', { podDisruptionBudget: { maxUnavailable: 'half' } }, /podDisruptionBudget.maxUnavailable/],
  ['service', { image: { repository: 'Shop/Page' } }, /image.repository/],
  ['service', { global: { image: { registry: 'registry.example.com/a//b' } } }, /global.image.registry/],
  [
    'service',
    { global: { traceBackend: { host: '{{ "jaeger:4318" }}' } } },
    /traceBackend\.host: "jaeger:4318" is no host/,
  ],
  ['service', { global: { traceBackend: { host: 'jaeger..svc' } } }, /traceBackend\.host: "jaeger\.\.svc" is no host/],
  ['service', { podSecurityContext: { runAsUser: '10001' } }, /podSecurityContext.runAsUser/],
  ['service', { podSecurityContext: { seccompProfile: { type: null } } }, /podSecurityContext.seccompProfile.*type/s],
  ['service', { upstreamUrl: 'http://a b' }, /upstreamUrl/],
  ['service', { podDisruptionBudget: { maxUnavailable: '101%' } }, /podDisruptionBudget.maxUnavailable/],
  ['service', { podDisruptionBudget: { maxUnavailable: '010' } }, /podDisruptionBudget.maxUnavailable/],
  ['service', { podLabels: { 'a..b/team': 'x' } }, /a\.\.b/],
  ['service', { podAnnotations: { 'a.-b/team': 'x' } }, /a\.-b/],
  ['istio', { global: { gateway: { enabled: true, name: 'g'.repeat(60) } } }, /global\.gateway\.name: Istio calls/],
  ['istio', { global: { gateway: { className: 'My class' } } }, /global.gateway.className/],
  ['consul', { global: { gateway: { hostname: 'shop..example' } } }, /global.gateway.hostname/],
  ['consul', { transparentProxy: { enabled: true } }, /transparentProxy/],
  ['consul', { global: { traceBakend: {} } }, /global\.traceBakend: there is no such value/],
  ['istio', { global: { gatway: { enabled: true } } }, /global\.gatway: there is no such value/],
  ['consul', { global: { transparentProxy: { enabled: 'yes' } } }, /global.transparentProxy.enabled/],
  ['consul', { global: { nativeSidecar: { enabled: 'yes' } } }, /global.nativeSidecar.enabled/],
  ['consul', { global: { gateway: { port: 80 } } }, /global.gateway.port/],
  ['consul', { global: { gateway: { hostname: 'https://x' } } }, /global.gateway.hostname/],
  ['consul', { global: { gateway: { enabled: true, name: 'dashboard' } } }, /global\.gateway\.name is "dashboard"/],
  ['consul', { global: { traceBackend: { host: 'http://jaeger' } } }, /global.traceBackend.host/],
  ['consul', { counting: { enabled: false } }, /enabled/],
  ['consul', { observability: { enabled: false } }, /observability\.enabled: .* `observability\.jaeger\.create`/],
  [
    'consul',
    { observability: { jaeger: { podLabels: { 'app.kubernetes.io/name': 'x' } } } },
    /observability\.jaeger\.podLabels: app\.kubernetes\.io\.name is set/,
  ],
  [
    'consul',
    { observability: { test: { podAnnotations: { 'helm.sh/hook': 'x' } } } },
    /observability\.test\.podAnnotations: helm\.sh\.hook is set/,
  ],
  [
    'istio',
    { observability: { grafanaDashboard: { create: true, labels: { 'app.kubernetes.io/part-of': 'x' } } } },
    /observability\.grafanaDashboard\.labels: app\.kubernetes\.io\.part-of is set/,
  ],
  ['istio', { dashboard: { enabled: false } }, /enabled/],
  ['istio', { observability: { enabled: false } }, /observability\.enabled: /],
  ['consul', { counting: { bindAdress: '127.0.0.1' } }, /bindAdress/],
  ['consul', { dashboard: { allowed: 'no' } }, /allowed/],
  ['consul', { intentions: { create: 1 } }, /intentions.create/],
  ['consul', { observability: { jaeger: { image: { tag: 2 } } } }, /jaeger.image.tag/],
  ['consul', { meshDefaults: { create: true, tracing: { samplingPercent: 101 } } }, /tracing.samplingPercent/],
  ['consul/install/mesh', { tracing: { samplingPercent: 'all' } }, /tracing.samplingPercent/],
  [
    'consul/install/mesh',
    { tracing: { samplingPercent: '100.5' } },
    /tracing\.samplingPercent: 100\.5 is more than 100/,
  ],
  ['consul/install/mesh', { tracing: { collector: { port: 0 } } }, /tracing.collector.port/],
  ['consul/install/mesh', { tracing: { w3cSinceEnvoy: 'yes' } }, /tracing.w3cSinceEnvoy/],
  ['consul/install/mesh', { tracing: { w3cSinceEnvoy: '1.35.9' } }, /tracing\.w3cSinceEnvoy is "1\.35\.9"/],
  ['istio', { mtls: { mode: 'DISABLE' } }, /mtls.mode/],
  ['istio', { telemetry: { provider: '' } }, /telemetry.provider/],
  ['istio', { telemetry: { sampling: 1000 } }, /telemetry.sampling/],
  ['istio', { telemetry: { sampling: '100.1' } }, /telemetry\.sampling: 100\.1 is more than 100/],
  ['istio', { global: { istio: { injection: 'annotation' } } }, /global.istio.injection/],
  ['istio', { global: { istio: { injection: 'revision' } } }, /global\.istio\.revision: /],
  ['istio', { global: { istio: { trustDomain: 'spiffe://x' } } }, /global.istio.trustDomain/],
  ['istio', { counting: { port: 15021 } }, /counting\.port: 15021 belongs to Istio's proxy/],
  ['istio', { dashboard: { port: 15001 } }, /dashboard\.port: 15001 belongs to Istio's proxy/],
  ['istio', { global: { gateway: { enabled: true, port: 15020 } } }, /global\.gateway\.port: 15020 belongs/],
  ['consul', { counting: { port: 20000 } }, /counting\.port: 20000 belongs to Consul's proxy/],
  ['consul', { global: { gateway: { enabled: true, port: 19000 } } }, /global\.gateway\.port: 19000 belongs/],
  ['istio', { counting: { port: 4317 } }, /counting\.port: 4317 is a port that the dashboard's sidecar lets pass/],
  ['consul', { counting: { port: 9002 } }, /dashboard\.port: 9002 belongs to the sidecar's upstream counting/],
  ...['deny-all', 'counting-allow-get', 'dashboard-edge', 'counting', 'dashboard', 'jaeger'].map(
    (name): (typeof refusals)[number] => [
      'istio',
      { global: { gateway: { enabled: true, name } } },
      new RegExp(`global\\.gateway\\.name is "${name}", which this release calls something else`),
    ],
  ),
  ['consul', { global: { gateway: { enabled: true, name: 'jaeger' } } }, /global\.gateway\.name is "jaeger"/],
  ...['consul', 'istio'].map((chart): (typeof refusals)[number] => [
    chart,
    { counting: { allowed: false } },
    /counting\.allowed: has no effect.*`dashboard\.allowed`/,
  ]),
  ['consul', { meshDefaults: { enabled: true } }, /enabled/],
  ['consul', { meshDefaults: { tracng: {} } }, /tracng/],
  ['istio', { sidecar: { egressHosts: ['jaeger'] } }, /sidecar.egressHosts/],
  ['istio', { dashboard: { allowed: false }, authorization: { denyAll: false } }, /dashboard\.allowed is false, but/],
]

/** A null that Helm leaves in a list would be dropped on the way, and what is left of the selector is everything. */
const openPeers = [
  {},
  { namespaceSelector: null },
  { namespaceSelector: { matchLabels: null } },
  { namespaceSelector: { matchLabels: { team: null } } },
  { podSelector: { matchExpressions: null } },
  { podSelector: { matchLabel: { team: 'x' } } },
  { ipBlock: {} },
  { ipBlock: { cidr: null } },
]
for (const peer of openPeers) {
  refusals.push(['service', { networkPolicy: { metricsFrom: [peer] } }, /networkPolicy.metricsFrom/])
}
for (const peer of openPeers.slice(2, 4)) {
  refusals.push(['istio', { observability: { jaeger: { networkPolicy: { from: [peer] } } } }, /networkPolicy.from/])
}

/** Labels and annotations that would take a pod out of its mesh, where the rest believes it inside. */
for (const value of ['false', 'no', '{{ "false" }}', '{{ "" }}', '']) {
  refusals.push(
    ['istio', { counting: { podLabels: { 'sidecar.istio.io/inject': value } } }, /counting\.podLabels: sidecar/],
    ['consul', { counting: { podAnnotations: { 'consul.hashicorp.com/connect-inject': value } } }, /connect-inject m/],
  )
}

describe('bad values', () => {
  it.for(refusals)('of %s are refused: %j', async ([chart, values, place], context) => {
    for (const major of [4, 3] as const) {
      const helm = await requireHelm(context, major)
      // The schemas' paths come with slashes from Helm 4, and with dots from Helm 3.
      expect((await helm.refusal(chart, { values }))?.replaceAll('/', '.')).toMatch(place)
    }
  })
})
