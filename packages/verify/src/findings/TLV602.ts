import type { Analysis } from '../evidence/analyse.ts'
import type { ClusterFacts, PodFacts, ServiceFacts } from '../evidence/cluster-facts.ts'
import type { Judgement, Rule } from './finding.ts'
import { podOf, podsOf } from './objects/calls.ts'
import { callsOf } from './objects/declared-calls.ts'
import { peerMode } from './objects/peer-mode.ts'
import { countProbes } from './support.ts'

export const TLV602: Rule = {
  id: 'TLV602',
  title: 'plain text is accepted beside mutual TLS',
  level: 'warning',
  proof:
    'The answer and stored spans: the address of --bypass answers plain text through its sidecar; or objects of the mesh: the effective PeerAuthentication, or mutualTLSMode.',
  explanation: [
    'PERMISSIVE, Istio’s default, lets a sidecar take plain text beside mutual TLS: for the time in which not every caller has a sidecar. Such a caller has no identity, so rules on identities can’t tell it from others, and what it sends can be read on the way.',
    'Under Consul mutualTLSMode: permissive does the same for pods with a transparent proxy, and plain text then reaches the app past every intention.',
  ],
  fixes: [
    { mesh: 'istio', text: 'PeerAuthentication with spec.mtls.mode: STRICT, once every caller has a sidecar' },
    {
      mesh: 'consul',
      text: 'mutualTLSMode: strict in ServiceDefaults and ProxyDefaults, once every caller has a sidecar',
    },
    { text: 'require mutual TLS at the inbound listener' },
  ],
  judgesFiles: true,
  judge: (analysis) => {
    const { cluster } = analysis.evidence
    const answered = judgeBypass(analysis, cluster)
    if (answered.length > 0) return answered
    if (cluster === null) return []
    // Of files, the Services that another workload calls.
    const called = cluster.declared === undefined ? cluster.services : callsOf(cluster).map(({ service }) => service)
    return [...new Set(called)].flatMap((service) => judgeService(cluster, service))
  },
}

/** Plain text came through the sidecar. */
function judgeBypass(analysis: Analysis, cluster: ClusterFacts | null): Judgement[] {
  const probes = analysis.of('bypass')
  const answered = probes.filter(({ probe, nodes }) => {
    const served = probe.status !== null && probe.status < 400 && probe.words === null
    return served && nodes[0]?.span.proxy === true && nodes[0].span.kind === 'server'
  })
  const [first] = answered
  const node = first?.nodes[0]
  const isPlain = analysis.evidence.bypass?.startsWith('http:') ?? false
  if (first === undefined || node === undefined || !isPlain) return []
  const pod = cluster === null ? undefined : podOf(cluster, node)
  const port = Number(new URL(analysis.evidence.bypass ?? 'http://localhost').port || 80)
  const rule = pod === undefined || !cluster?.istio ? undefined : peerMode(cluster.istio, pod.pod, port)
  return [
    {
      hop: pod?.pod ?? node.span.service,
      seen: [
        `${analysis.evidence.bypass} answered ${first.probe.status} to plain text, ${countProbes(answered.length, probes.length)}`,
        `${node.span.service} took it: its span is the first`,
        ...(rule === undefined ? [] : [describeRule(rule)]),
      ],
      cause: `${node.span.service} takes plain text from callers without an identity`,
      sources: ['W', 'S'],
      ...(rule?.object && { object: rule.object, fix: `mode: STRICT in ${rule.object.kind} ${rule.object.name}` }),
    },
  ]
}

/** Without a probe of it, what is written: a warning where someone chose it, a note where it is the default. */
function judgeService(cluster: ClusterFacts, service: ServiceFacts): Judgement[] {
  const { istio, consul } = cluster
  const [pod] = podsOf(cluster, service).filter(({ sidecar }) => sidecar !== null)
  if (pod?.sidecar === 'istio' && istio !== null) return judgePod({ istio, service, pod })
  if (pod?.sidecar === 'consul' && consul !== null) return judgeInConsul({ consul, service, pod })
  return []
}

/** Its own ServiceDefaults decide before ProxyDefaults do. */
function judgeInConsul({
  consul,
  service,
  pod,
}: {
  consul: NonNullable<ClusterFacts['consul']>
  service: ServiceFacts
  pod: PodFacts
}): Judgement[] {
  const name = pod.consulService ?? service.service.split('/')[1]
  const set = [
    ...consul.serviceDefaults
      .filter((each) => each.service === name)
      .map((each) => ({ ...each, kind: 'ServiceDefaults' })),
    ...consul.proxyDefaults.map((each) => ({ ...each, kind: 'ProxyDefaults' })),
  ].find(({ mutualTls }) => mutualTls !== undefined && mutualTls !== null)
  if (set?.mutualTls !== 'permissive') return []
  const object = { kind: set.kind, name: set.name, field: 'spec.mutualTLSMode' }
  return [
    {
      hop: service.service,
      seen: [`${object.kind} ${object.name} ${object.field} is permissive`],
      cause: `a transparent proxy of ${pod.pod} takes plain text from callers without an identity, past every intention`,
      sources: ['C'],
      object,
      fix: `mutualTLSMode: strict in ${object.kind} ${object.name}`,
    },
  ]
}

function judgePod({
  istio,
  service,
  pod,
}: {
  istio: NonNullable<ClusterFacts['istio']>
  service: ServiceFacts
  pod: PodFacts
}): Judgement[] {
  const rule = peerMode(istio, pod.pod, service.port?.target ?? null)
  if (rule.mode === 'STRICT') return []
  return [
    {
      hop: service.service,
      seen: [describeRule(rule)],
      cause: `the sidecar of ${pod.pod} takes plain text from callers without an identity`,
      sources: ['C'],
      level: rule.object === null ? 'note' : 'warning',
      ...(rule.object && { object: rule.object, fix: `mode: STRICT in ${rule.object.kind} ${rule.object.name}` }),
    },
  ]
}

const describeRule = ({ mode, object }: ReturnType<typeof peerMode>): string =>
  object === null
    ? 'no PeerAuthentication sets a mode, so it is PERMISSIVE'
    : `${object.kind} ${object.name} ${object.field} is ${mode}`
