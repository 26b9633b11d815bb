import type { Analysis } from '../../evidence/analyse.ts'
import type { ClusterFacts, ConsulFacts, IstioFacts, PodFacts } from '../../evidence/cluster-facts.ts'
import type { Judgement, ObjectLine } from '../finding.ts'
import { podOfNode, spansOfPod } from './calls.ts'
import { effectiveTracing } from './effective-tracing.ts'
import { groupBy } from './group-by.ts'

interface Reason {
  pod: PodFacts
  seen: string
  cause: string
  object: ObjectLine | null
  fix: string
}

/** Pods whose sidecars have no tracer because of what is written, one judgement for each reason. */
export function explainedByObjects(analysis: Analysis): { explained: PodFacts[]; judgements: Judgement[] } {
  const { cluster } = analysis.evidence
  if (cluster === null) return { explained: [], judgements: [] }
  const reasons = cluster.pods
    .filter((pod) => pod.sidecar !== null && spansOfPod(analysis, cluster, pod) === 0)
    .flatMap((pod) => findReason(cluster, pod) ?? [])
  const groups = groupBy(reasons, ({ seen }) => seen)
  return {
    explained: reasons.map(({ pod }) => pod),
    judgements: groups.flatMap((group) => judgeGroup(analysis, cluster, group)),
  }
}

function judgeGroup({ evidence }: Analysis, cluster: ClusterFacts, group: readonly Reason[]): Judgement[] {
  const [first] = group
  if (first === undefined) return []
  const { seen, cause, object, fix } = first
  const names = group.map(({ pod }) => pod.pod)
  const pods = group.map(({ pod }) => pod)
  const untraced = evidence.envoys.filter(({ node, listeners }) => {
    const pod = podOfNode(cluster, node)
    const managers = listeners.flatMap(({ http }) => http)
    return pod !== undefined && pods.includes(pod) && managers.every(({ tracer }) => tracer === null)
  })
  return [
    {
      hop: names.join(', '),
      seen: [
        seen,
        ...(cluster.declared === undefined
          ? [`no probe left a span of ${names.length === 1 ? 'its sidecar' : 'their sidecars'}`]
          : []),
        ...(untraced.length > 0 ? [`no listener of ${untraced.length} of ${names.length} sidecars has a tracer`] : []),
      ],
      cause,
      sources: cluster.declared === undefined ? ['C', 'S', ...(untraced.length > 0 ? (['E'] as const) : [])] : ['C'],
      ...(object !== null && { object }),
      fix,
    },
  ]
}

function findReason({ istio, consul, declared }: ClusterFacts, pod: PodFacts): Reason | undefined {
  const isDeclared = declared !== undefined
  if (pod.sidecar === 'istio' && istio !== null) return findInIstio(istio, pod, isDeclared)
  return pod.sidecar === 'consul' && consul !== null && !isDeclared ? findInConsul(consul, pod) : undefined
}

/** The tracer of Consul's sidecars is in the bootstrap, or in each listener. */
function findInConsul({ proxyDefaults }: ConsulFacts, pod: PodFacts): Reason | undefined {
  const entries = proxyDefaults.flatMap((each) => each.entries)
  if (entries.some(({ key, provider }) => key === 'envoy_tracing_json' || provider === true)) return undefined
  const [defaults] = proxyDefaults
  return {
    pod,
    seen:
      defaults === undefined
        ? 'there is no ProxyDefaults global'
        : `ProxyDefaults ${defaults.name} has no envoy_tracing_json`,
    cause: 'Consul’s sidecars have no tracer but that of ProxyDefaults',
    object:
      defaults === undefined
        ? null
        : { kind: 'ProxyDefaults', name: defaults.name, field: 'spec.config.envoy_tracing_json' },
    fix: `ProxyDefaults ${defaults?.name ?? 'global'}: in spec.config envoy_tracing_json with the tracer, envoy_extra_static_clusters_json with its collector, envoy_listener_tracing_json with {"@type": "…HttpConnectionManager.Tracing", "random_sampling": {"value": 100}}; then restart the sidecars`,
  }
}

function findInIstio(istio: IstioFacts, pod: PodFacts, isDeclared: boolean): Reason | undefined {
  const { meshConfig } = istio
  if (meshConfig === null) return undefined
  const { providers, providersAt, disabledAt } = effectiveTracing(istio, pod.pod)
  const known = meshConfig.providers.join(', ') || 'none'
  if (disabledAt !== null) {
    return {
      pod,
      seen: `${disabledAt.kind} ${disabledAt.name} disables the reporting of spans`,
      cause: 'tracing is switched off for it',
      object: disabledAt,
      fix: `remove ${disabledAt.field} from ${disabledAt.kind} ${disabledAt.name}`,
    }
  }
  const unknown = providers.find((provider) => !meshConfig.providers.includes(provider))
  if (unknown !== undefined && providersAt !== null) {
    return {
      pod,
      seen: `${providersAt.kind} ${providersAt.name} names the provider ${unknown}; extensionProviders of ${meshConfig.name} has ${known}`,
      cause: 'Istio leaves out a provider that it does not know, and says so in the log of istiod only',
      object: providersAt,
      fix: `${providersAt.field} in ${providersAt.kind} ${providersAt.name}: one of ${known}; or add ${unknown} to meshConfig.extensionProviders`,
    }
  }
  // Of files, what names a provider may be among others.
  if (providers.length > 0 || isDeclared) return undefined
  return {
    pod,
    seen: `no Telemetry names a provider for it, and ${meshConfig.name} has no defaultProviders.tracing`,
    cause: 'Istio traces only where a provider is named',
    object: null,
    fix: `a Telemetry in namespace ${pod.pod.split('/')[0]}: spec.tracing: [{providers: [{name: ${meshConfig.providers[0] ?? 'NAME'}}], randomSamplingPercentage: 100}]${meshConfig.providers.length === 0 ? ', and that provider in meshConfig.extensionProviders' : ''}`,
  }
}
