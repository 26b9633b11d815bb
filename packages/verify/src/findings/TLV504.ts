import type { Evidence } from '../evidence/evidence.ts'
import type { Judgement, Rule } from './finding.ts'
import { podsOf } from './objects/calls.ts'
import { unservedByFiles } from './objects/declared-hops.ts'
import { countProbes, groupByPath, nameSpan } from './support.ts'

/** Envoy's response flags for an upstream that can't be used: no healthy host, no connection, no cluster. */
const FLAGS = /\b(UH|UF|NC|NR)\b/

export const TLV504: Rule = {
  id: 'TLV504',
  title: 'no healthy upstream',
  level: 'error',
  proof:
    'Two of the answer, stored spans and objects of Kubernetes: Envoy’s text for it came back; a proxy’s span has the response flag UH or UF; a Service on the path has no pod that can answer.',
  explanation: [
    'The proxy has no endpoint for the request: none is healthy, none is known, or nothing listens at the known one. The trace ends at that proxy because nothing behind it saw the request.',
  ],
  fixes: [
    {
      text: 'look behind the named proxy: is the app ready, and does it listen at the port that its sidecar forwards to?',
    },
    {
      mesh: 'istio',
      text: 'kubectl get endpointslices of the Service, istioctl proxy-config endpoints POD; the Service’s targetPort must be the port the app listens on',
    },
    {
      mesh: 'consul',
      text: 'consul catalog nodes -service NAME and its checks; the annotation connect-service-port must be the port the app listens on',
    },
  ],
  supersedes: [
    { id: 'TLV307', hop: 'any' },
    { id: 'TLV402', hop: 'same' },
  ],
  judgesFiles: true,
  judge: (analysis) => {
    const { cluster } = analysis.evidence
    if (cluster?.declared !== undefined) return unservedByFiles(cluster)
    const worded = analysis.paths.filter(
      ({ probe }) =>
        (probe.words === 'no-healthy-upstream' || probe.words === 'connection-failure') && probe.kind !== 'bypass',
    )
    const groups = groupByPath(analysis.paths, (path) =>
      path.nodes
        .filter(({ span, children }) => span.proxy && FLAGS.test(span.flags ?? '') && children.length === 0)
        .map((node) => ({ key: node.span.service, value: node })),
    )
    const [group] = [...groups.values()].sort((a, b) => b.length - a.length)
    const node = group?.[0]?.value
    if (node === undefined && worded.length === 0) return []
    const { seen: objects, ...written }: Partial<Written> =
      findUninjected(analysis.evidence) ?? findService(analysis.evidence, node?.span.cluster ?? null) ?? {}
    const sources: Judgement['sources'] = [
      ...(worded.length > 0 ? (['W'] as const) : []),
      ...(node ? (['S'] as const) : []),
      ...(objects ? (['K'] as const) : []),
    ]
    return [
      {
        hop: node?.span.service ?? 'a proxy on the path',
        seen: [
          ...(worded.length === 0
            ? []
            : [
                `a proxy’s “${worded[0]?.probe.words === 'connection-failure' ? 'connection failure' : 'no healthy upstream'}” came back, ${countProbes(worded.length, analysis.paths.length)}`,
              ]),
          ...(node === undefined
            ? []
            : [
                `${nameSpan(node)} has the response flag ${node.span.flags}${node.span.cluster === null ? '' : ` for cluster ${node.span.cluster}`}`,
              ]),
          ...(objects ?? []),
        ],
        cause: `${node?.span.service ?? 'a proxy'} found no endpoint for the request`,
        sources,
        ...written,
        proven: sources.length > 1,
        decides: '`--envoy` with the admin interface of that proxy: the health of its endpoints',
      },
    ]
  },
}

/** What objects say about it. */
type Written = Pick<Judgement, 'seen' | 'object' | 'fix'> & Partial<Pick<Judgement, 'hop' | 'cause'>>

/** The Service that Consul knows no endpoint of: its pods were not injected, so nothing registered them. */
function findUninjected({ cluster }: Evidence): Written | undefined {
  if (cluster === null || cluster.pods[0]?.sidecar !== 'consul') return undefined
  const [found] = cluster.services.flatMap((service) => {
    const pods = podsOf(cluster, service)
    const [pod] = pods
    return pod !== undefined && pods.every(({ sidecar }) => sidecar === null) ? [{ service, pod }] : []
  })
  if (found === undefined) return undefined
  const { service, pod } = found
  return {
    hop: service.service,
    seen: [`pod ${pod.pod} has no container consul-dataplane`],
    cause: `pod ${pod.pod} was created without injection, so Consul knows no endpoint of ${service.service}`,
    object: { kind: 'Pod', name: pod.pod, field: 'metadata.annotations' },
    fix: `annotation consul.hashicorp.com/connect-inject: "true" in the template of pod ${pod.pod}`,
  }
}

/** The Service without a ready pod, where the cluster's objects are known: that of the cluster, else the only one. */
function findService({ cluster }: Evidence, upstream: string | null): Written | undefined {
  const without = (cluster?.services ?? []).filter(({ readyPods, hasSelector }) => readyPods === 0 && hasSelector)
  const named = without.find(({ service }) => {
    const [namespace, name] = service.split('/')
    return upstream?.includes(`${name}.${namespace}.`) || upstream?.startsWith(`${name}.`)
  })
  const found = named ?? (without.length === 1 ? without[0] : undefined)
  if (found === undefined) return undefined
  const { service, pods } = found
  const [pod] = pods
  if (pod === undefined) {
    return {
      seen: [`Service ${service} selects no pod`],
      object: { kind: 'Service', name: service, field: 'spec.selector' },
      fix: `Service ${service} selects no pod: compare its spec.selector with the labels of the pods, and their replicas with 0`,
    }
  }
  return {
    seen: [`none of ${pods.length} pods of Service ${service} is ready`],
    object: { kind: 'Pod', name: pod, field: 'status.conditions' },
    fix: `none of ${pods.length} pods of Service ${service} is ready: kubectl describe pod ${pod.split('/')[1]} -n ${pod.split('/')[0]}`,
  }
}
