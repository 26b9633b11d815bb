import type { Analysis } from '../../evidence/analyse.ts'
import type { SpanNode } from '../../evidence/trace-forest.ts'
import type { Judgement } from '../finding.ts'
import { podOf } from './calls.ts'
import { effectiveTracing } from './effective-tracing.ts'

/** Where the sampling of a proxy is written, and its value, for findings about it. */
export function samplingLine({ evidence: { cluster } }: Analysis, proxy: SpanNode): Pick<Judgement, 'object' | 'fix'> {
  const pod = cluster === null ? undefined : podOf(cluster, proxy)
  if (cluster === null || pod === undefined) return {}
  if (pod.sidecar === 'istio' && cluster.istio !== null) {
    const { sampling, samplingAt } = effectiveTracing(cluster.istio, pod.pod)
    if (samplingAt !== null) {
      return {
        object: samplingAt,
        fix: `${samplingAt.kind} ${samplingAt.name}: ${samplingAt.field} is ${sampling}; 100 keeps every sampled request`,
      }
    }
    return { fix: `no Telemetry sets randomSamplingPercentage for ${pod.pod}, so it is 1: set 100` }
  }
  const [defaults] = cluster.consul?.proxyDefaults ?? []
  if (pod.sidecar !== 'consul' || defaults === undefined) return {}
  const entry = defaults.entries.find(({ key }) => key === 'envoy_listener_tracing_json')
  return {
    object: { kind: 'ProxyDefaults', name: defaults.name, field: 'spec.config.envoy_listener_tracing_json' },
    fix: `ProxyDefaults ${defaults.name}: random_sampling is ${entry?.sampling ?? 'unset'}; set {"value": 100}`,
  }
}
