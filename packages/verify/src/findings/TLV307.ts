import type { Analysis } from '../evidence/analyse.ts'
import type { ClusterFacts, ConsulFacts, IstioFacts, PodFacts } from '../evidence/cluster-facts.ts'
import type { Judgement, Rule } from './finding.ts'
import { spansOfPod } from './objects/calls.ts'
import { effectiveTracing } from './objects/effective-tracing.ts'

export const TLV307: Rule = {
  id: 'TLV307',
  title: 'the setting is newer than the proxy',
  level: 'warning',
  proof: 'C and K: it changed after the pod started, and the proxy reads it at its start only.',
  explanation: [
    'Part of a sidecar’s configuration is read once. Consul’s envoy_tracing_json and its static clusters are in the bootstrap; Istio writes meshConfig.defaultConfig into the pod when it is injected. A change reaches pods that start after it.',
  ],
  fixes: [{ text: 'restart the workload: kubectl rollout restart deployment/NAME' }],
  supersedes: [{ id: 'TLV301', hop: 'any' }],
  judge: (analysis) => {
    const { cluster } = analysis.evidence
    if (cluster === null) return []
    return cluster.pods.flatMap((pod) => [
      ...(cluster.consul === null ? [] : afterStart(analysis, { cluster, consul: cluster.consul, pod })),
      ...(cluster.istio === null ? [] : injectedBefore(cluster.istio, pod)),
    ])
  },
}

function afterStart(
  analysis: Analysis,
  { cluster, consul, pod }: { cluster: ClusterFacts; consul: ConsulFacts; pod: PodFacts },
): Judgement[] {
  if (pod.sidecar !== 'consul' || pod.startedAt === null || spansOfPod(analysis, cluster, pod) > 0) return []
  const { startedAt } = pod
  return consul.proxyDefaults
    .filter(({ entries, changedAt }) => entries.length > 0 && changedAt !== null && changedAt > startedAt)
    .map(({ name, changedAt }) => ({
      hop: pod.pod,
      seen: [
        `ProxyDefaults ${name} changed at ${formatTime(changedAt)}, ${pod.pod} started at ${formatTime(startedAt)}`,
        'no probe left a span of its sidecar',
      ],
      cause: `the sidecar of ${pod.pod} runs with the tracing that was written when it started`,
      sources: ['C', 'K', 'S'],
      object: { kind: 'ProxyDefaults', name, field: 'spec.config.envoy_tracing_json' },
    }))
}

function injectedBefore(istio: IstioFacts, pod: PodFacts): Judgement[] {
  const { meshConfig } = istio
  if (pod.sidecar !== 'istio' || meshConfig === null || pod.startedAt === null) return []
  const { samplingAt } = effectiveTracing(istio, pod.pod)
  const isOverridden = samplingAt?.kind === 'Telemetry'
  const isNewer = meshConfig.changedAt !== null && meshConfig.changedAt > pod.startedAt
  if (isOverridden || !isNewer || meshConfig.sampling === pod.injectedSampling) return []
  return [
    {
      hop: pod.pod,
      seen: [
        `${pod.pod} was injected with sampling ${formatSampling(pod.injectedSampling)}, the mesh now has ${formatSampling(meshConfig.sampling)}`,
        `the mesh’s settings changed at ${formatTime(meshConfig.changedAt)}, the pod started at ${formatTime(pod.startedAt)}`,
      ],
      cause: `the sidecar of ${pod.pod} samples as the mesh did when it was injected`,
      sources: ['C', 'K'],
      object: { kind: 'ConfigMap', name: meshConfig.name, field: 'data.mesh defaultConfig.tracing.sampling' },
    },
  ]
}

const formatTime = (time: number | null): string => (time === null ? '?' : new Date(time).toISOString())
const formatSampling = (sampling: number | null): string => (sampling === null ? 'unset' : `${sampling} %`)
