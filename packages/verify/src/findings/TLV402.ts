import type { ClusterFacts, PodFacts } from '../evidence/cluster-facts.ts'
import type { Rule } from './finding.ts'
import { uninjectedByFiles } from './objects/declared-hops.ts'

export const TLV402: Rule = {
  id: 'TLV402',
  title: 'no sidecar on this hop',
  level: 'warning',
  proof: 'Objects of Kubernetes: a pod on the path has no sidecar, and others have one.',
  explanation: [
    'A pod is injected when it is created, and only where its namespace or its own label asks for it. Without a sidecar its calls are plain text, no rule of the mesh protects it, and the trace lacks its proxy.',
  ],
  fixes: [
    { mesh: 'istio', text: 'label the namespace istio-injection=enabled, and restart the workload' },
    { mesh: 'consul', text: 'label the namespace for injection, and restart the workload' },
  ],
  supersedes: [{ id: 'TLV307', hop: 'any' }],
  judgesFiles: true,
  judge: ({ evidence: { cluster } }) => {
    if (cluster?.declared !== undefined) return uninjectedByFiles(cluster)
    const mesh = cluster?.pods.find(({ sidecar }) => sidecar !== null)?.sidecar
    if (cluster === null || !mesh) return []
    return cluster.pods
      .filter(({ sidecar, ambient }) => sidecar === null && !ambient)
      .map((pod) => ({
        hop: nameHop(cluster, pod),
        seen: [
          `pod ${pod.pod} has no container ${mesh === 'istio' ? 'istio-proxy' : 'consul-dataplane'}; ${cluster.pods.filter(({ sidecar }) => sidecar !== null).length} of ${cluster.pods.length} pods on the path have one`,
        ],
        cause: `pod ${pod.pod} was created without injection`,
        sources: ['K'],
        object: { kind: 'Pod', name: pod.pod, field: mesh === 'istio' ? 'metadata.labels' : 'metadata.annotations' },
        fix:
          mesh === 'istio'
            ? `label sidecar.istio.io/inject: "true" in the template of pod ${pod.pod}`
            : `annotation consul.hashicorp.com/connect-inject: "true" in the template of pod ${pod.pod}`,
      }))
  },
}

const nameHop = ({ services }: ClusterFacts, { pod }: PodFacts): string =>
  services.find(({ pods }) => pods.includes(pod))?.service ?? pod
