import type { Analysis } from '../evidence/analyse.ts'
import type { ClusterFacts, ConsulFacts, IstioFacts, PodFacts } from '../evidence/cluster-facts.ts'
import type { Judgement, Rule } from './finding.ts'
import { spansOfPod } from './objects/calls.ts'
import { effectiveTracing } from './objects/effective-tracing.ts'
import { groupBy } from './objects/group-by.ts'
import { lostProxies } from './support.ts'

export const TLV307: Rule = {
  id: 'TLV307',
  title: 'the setting is newer than the proxy',
  level: 'warning',
  proof:
    'Objects of the mesh and of Kubernetes: it changed after the pod started, and the proxy reads it at its start only.',
  explanation: [
    'Part of a sidecar’s configuration is read once. Consul’s envoy_tracing_json and its static clusters are in the bootstrap; Istio writes meshConfig.defaultConfig into the pod when it is injected. A change reaches pods that start after it.',
  ],
  fixes: [{ text: 'restart the workload: kubectl rollout restart deployment/NAME' }],
  supersedes: [
    { id: 'TLV201', hop: 'any' },
    { id: 'TLV202', hop: 'any' },
    { id: 'TLV301', hop: 'any' },
  ],
  judge: (analysis) => {
    const { cluster } = analysis.evidence
    if (cluster === null) return []
    const { consul, istio, pods } = cluster
    return [
      ...(consul === null ? [] : pods.flatMap((pod) => afterStart(analysis, { cluster, consul, pod }))),
      ...(istio === null ? [] : injectedBefore(analysis, istio, pods)),
    ]
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

/** Pods with the same sampling of another time are one judgement. */
function injectedBefore(analysis: Analysis, istio: IstioFacts, pods: readonly PodFacts[]): Judgement[] {
  const { meshConfig } = istio
  if (meshConfig === null) return []
  const stale = pods.filter((pod) => isStale(istio, pod))
  // They un-sample what the mesh would keep: the same request leaves its spans once it forces the decision.
  const lost = lostProxies(analysis, { present: 'w3c-forced', absent: 'w3c' }).length > 0
  return groupBy(stale, ({ injectedSampling }) => `${injectedSampling}`).map((group): Judgement => {
    const [oldest] = group.toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))
    const names = group.map(({ pod }) => pod).join(', ')
    return {
      hop: names,
      seen: [
        `${names} ${group.length === 1 ? 'was' : 'were'} injected with sampling ${formatSampling(oldest?.injectedSampling ?? null)}, the mesh now has ${formatSampling(meshConfig.sampling)}`,
        `the mesh’s settings changed at ${formatTime(meshConfig.changedAt)}, ${oldest?.pod} started at ${formatTime(oldest?.startedAt ?? null)}`,
        ...(lost ? ['a sampled request loses spans of proxies, and keeps them where x-request-id forces them'] : []),
      ],
      cause: `the sidecar of ${names} samples as the mesh did when it was injected`,
      sources: lost ? ['C', 'K', 'D'] : ['C', 'K'],
      ...(lost && { level: 'error' }),
      object: { kind: 'ConfigMap', name: meshConfig.name, field: 'data.mesh defaultConfig.tracing.sampling' },
    }
  })
}

function isStale(istio: IstioFacts, pod: PodFacts): boolean {
  const { meshConfig } = istio
  if (pod.sidecar !== 'istio' || meshConfig === null || pod.startedAt === null) return false
  const { samplingAt } = effectiveTracing(istio, pod.pod)
  const isOverridden = samplingAt?.kind === 'Telemetry'
  const isNewer = meshConfig.changedAt !== null && meshConfig.changedAt > pod.startedAt
  return !isOverridden && isNewer && meshConfig.sampling !== pod.injectedSampling
}

const formatTime = (time: number | null): string => (time === null ? '?' : new Date(time).toISOString())
const formatSampling = (sampling: number | null): string => (sampling === null ? 'unset' : `${sampling} %`)
