import type { Analysis } from '../evidence/analyse.ts'
import type { ClusterFacts, PodFacts, ServiceFacts } from '../evidence/cluster-facts.ts'
import type { Judgement, ObjectLine, Rule } from './finding.ts'
import { podsOf } from './objects/calls.ts'
import { peerMode } from './objects/peer-mode.ts'
import { countProbes } from './support.ts'

export const TLV503: Rule = {
  id: 'TLV503',
  title: 'one side speaks TLS, the other plain text',
  level: 'error',
  proof: 'W, and K, C or E: a proxy answers with words of TLS, and the callee’s side takes plain text only.',
  explanation: [
    'The caller’s sidecar sends TLS because a DestinationRule or the mesh says so, and what it reaches does not speak it: a pod without a sidecar, or a port whose PeerAuthentication is DISABLE. Envoy answers 503 with “TLS_error”.',
  ],
  fixes: [
    {
      mesh: 'istio',
      text: 'remove tls.mode from the DestinationRule, so that sidecars detect what the other side speaks; or give the callee a sidecar, or PeerAuthentication STRICT',
    },
    { text: 'make both ends agree: TLS at both, or at neither' },
  ],
  supersedes: [
    { id: 'TLV402', hop: 'any' },
    { id: 'TLV504', hop: 'any' },
  ],
  judge: (analysis) => {
    const { paths, evidence } = analysis
    const worded = paths.filter(({ probe }) => probe.words === 'tls-error' && probe.kind !== 'bypass')
    if (worded.length === 0) return []
    const said = `a proxy’s “TLS_error” came back, ${countProbes(worded.length, paths.length)}`
    const plain = evidence.cluster === null ? undefined : findPlainEnd(analysis, evidence.cluster)
    if (plain !== undefined) {
      const { hop, seen, object, source } = plain
      return [
        {
          hop,
          seen: [said, seen],
          cause: `the caller’s sidecar speaks TLS, and ${hop} takes plain text only`,
          sources: ['W', source],
          object,
        } satisfies Judgement,
      ]
    }
    return [
      {
        hop: 'a proxy on the path',
        seen: [said],
        cause: 'one side of a connection speaks TLS and the other does not, or their certificates do not match',
        sources: ['W'],
        proven: false,
        decides: '`--context`: whether the callee has a sidecar, and what its PeerAuthentication says',
      },
    ]
  },
}

interface PlainEnd {
  hop: string
  seen: string
  object: ObjectLine
  source: 'K' | 'C' | 'E'
}

function findPlainEnd({ evidence }: Analysis, cluster: ClusterFacts): PlainEnd | undefined {
  const [found] = cluster.services.flatMap((service) =>
    podsOf(cluster, service).flatMap((pod) => judgeEnd(evidence.envoys, cluster, { service, pod }) ?? []),
  )
  return found
}

function judgeEnd(
  envoys: Analysis['evidence']['envoys'],
  { istio }: ClusterFacts,
  { service, pod }: { service: ServiceFacts; pod: PodFacts },
): PlainEnd | undefined {
  const hop = service.service
  if (pod.sidecar === null) {
    return {
      hop,
      seen: `pod ${pod.pod} has no sidecar`,
      object: { kind: 'Pod', name: pod.pod, field: 'spec.containers' },
      source: 'K',
    }
  }
  const port = service.port?.target ?? null
  const { mode, object } = istio === null ? { mode: null, object: null } : peerMode(istio, pod.pod, port)
  if (mode === 'DISABLE' && object !== null) {
    return { hop, seen: `${object.kind} ${object.name} switches TLS off for it`, object, source: 'C' }
  }
  const [namespace = '', name = ''] = pod.pod.split('/')
  const chains = envoys
    .filter(({ node }) => node.includes(`~${name}.${namespace}~`) || node.startsWith(`${name}-`))
    .flatMap(({ listeners }) => listeners.flatMap(({ ports }) => ports.filter((chain) => chain.port === port)))
  if (chains.length === 0 || chains.some(({ tls }) => tls)) return undefined
  return {
    hop,
    seen: `the sidecar of ${pod.pod} has no TLS at port ${port}`,
    object: { kind: 'Pod', name: pod.pod, field: `port ${port}` },
    source: 'E',
  }
}
