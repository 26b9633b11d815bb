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
  ['service', { env: [{ name: 'OTEL_SERVICE_NAME', value: 'x' }] }, /service\.env: OTEL_SERVICE_NAME is set/],
  ['consul', { transparentProxy: { enabled: true } }, /transparentProxy/],
  ['consul', { global: { transparentProxy: { enabled: 'yes' } } }, /global.transparentProxy.enabled/],
  ['consul', { global: { gateway: { port: 80 } } }, /global.gateway.port/],
  ['consul', { global: { gateway: { hostname: 'https://x' } } }, /global.gateway.hostname/],
  ['consul', { global: { gateway: { enabled: true, name: 'dashboard' } } }, /global\.gateway\.name is "dashboard"/],
  ['consul', { global: { traceBackend: { host: 'http://jaeger' } } }, /global.traceBackend.host/],
  ['consul', { counting: { bindAdress: '127.0.0.1' } }, /bindAdress/],
  ['consul', { dashboard: { allowed: 'no' } }, /allowed/],
  ['consul', { intentions: { create: 1 } }, /intentions.create/],
  ['consul', { observability: { jaeger: { image: { tag: 2 } } } }, /jaeger.image.tag/],
  ['consul', { meshDefaults: { create: true, tracing: { samplingPercent: 101 } } }, /tracing.samplingPercent/],
  ['consul/install/mesh', { tracing: { samplingPercent: '100' } }, /tracing.samplingPercent/],
  ['consul/install/mesh', { tracing: { collector: { port: 0 } } }, /tracing.collector.port/],
  ['consul/install/mesh', { tracing: { w3cSinceEnvoy: 'yes' } }, /tracing.w3cSinceEnvoy/],
  ['consul/install/mesh', { tracing: { w3cSinceEnvoy: '1.35.9' } }, /tracing\.w3cSinceEnvoy is "1\.35\.9"/],
  ['istio', { mtls: { mode: 'DISABLE' } }, /mtls.mode/],
  ['istio', { telemetry: { provider: 'jaeger' } }, /telemetry.provider/],
  ['istio', { telemetry: { sampling: 1000 } }, /telemetry.sampling/],
  ['istio', { global: { istio: { injection: 'annotation' } } }, /global.istio.injection/],
  ['istio', { global: { istio: { injection: 'revision' } } }, /global\.istio\.revision: /],
  ['istio', { global: { istio: { trustDomain: 'spiffe://x' } } }, /global.istio.trustDomain/],
  ['istio', { sidecar: { egressHosts: ['jaeger'] } }, /sidecar.egressHosts/],
  ['istio', { dashboard: { allowed: false }, authorization: { denyAll: false } }, /dashboard\.allowed is false, but/],
]

describe('bad values', () => {
  it.for(refusals)('of %s are refused: %j', async ([chart, values, place], context) => {
    for (const major of [4, 3] as const) {
      const helm = await requireHelm(context, major)
      // The schemas' paths come with slashes from Helm 4, and with dots from Helm 3.
      expect((await helm.refusal(chart, { values }))?.replaceAll('/', '.')).toMatch(place)
    }
  })
})
