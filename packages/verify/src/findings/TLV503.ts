import type { Analysis } from '../evidence/analyse.ts'
import type { ClusterFacts, PodFacts, ServiceFacts } from '../evidence/cluster-facts.ts'
import type { Judgement, ObjectLine, Rule } from './finding.ts'
import { podsOf } from './objects/calls.ts'
import { peerMode } from './objects/peer-mode.ts'
import { type TlsMismatch, tlsMismatches } from './objects/tls-rules.ts'
import { countProbes, groupByPath, nameSpan } from './support.ts'

export const TLV503: Rule = {
  id: 'TLV503',
  title: 'one side speaks TLS, the other plain text',
  level: 'error',
  proof:
    'The answer or stored spans, and objects or Envoy’s admin interface: a proxy answers with words of TLS, or its call fails, and a DestinationRule or the callee’s side says why. Of files: a DestinationRule against the callee’s side.',
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
  judgesFiles: true,
  judge: (analysis) => {
    const { paths, evidence } = analysis
    const { cluster } = evidence
    const mismatches = cluster === null ? [] : tlsMismatches(cluster)
    if (cluster?.declared !== undefined) {
      return mismatches.map(({ service, rule, end, cause, object }) => ({
        hop: service.service,
        seen: [rule, end],
        cause,
        sources: ['C', 'K'],
        object,
      }))
    }
    const worded = paths.filter(({ probe }) => probe.words === 'tls-error' && probe.kind !== 'bypass')
    const said =
      worded.length === 0 ? [] : [`a proxy’s “TLS_error” came back, ${countProbes(worded.length, paths.length)}`]
    const written = mismatches.flatMap((mismatch) => judgeMismatch(analysis, mismatch, said))
    if (written.length > 0 || worded.length === 0) return written
    const plain = cluster === null ? undefined : findPlainEnd(analysis, cluster)
    if (plain !== undefined) {
      const { hop, seen, object, source } = plain
      return [
        {
          hop,
          seen: [...said, seen],
          cause: `the caller’s sidecar speaks TLS, and ${hop} takes plain text only`,
          sources: ['W', source],
          object,
        } satisfies Judgement,
      ]
    }
    return [
      {
        hop: 'a proxy on the path',
        seen: said,
        cause: 'one side of a connection speaks TLS and the other does not, or their certificates do not match',
        sources: ['W'],
        proven: false,
        decides: '`--context`: whether the callee has a sidecar, and what its PeerAuthentication says',
      },
    ]
  },
}

/** Envoy's response flags for a connection that could not be made, or was closed before an answer. */
const FLAGS = /\b(UF|UC|UR)\b/

/** A call that failed at the caller's sidecar, whether or not the app in between forwards the proxy's words. */
function judgeMismatch(analysis: Analysis, mismatch: TlsMismatch, said: readonly string[]): Judgement[] {
  const { service, rule, end, cause, object } = mismatch
  const [namespace, name] = service.service.split('/')
  const group = groupByPath(analysis.paths, ({ nodes }) =>
    nodes
      .filter(
        ({ span, children }) =>
          span.proxy &&
          children.length === 0 &&
          FLAGS.test(span.flags ?? '') &&
          (span.cluster?.includes(`|${name}.${namespace}.`) ?? false),
      )
      .map((node) => ({ key: '', value: node })),
  ).get('')
  const node = group?.[0]?.value
  if (said.length === 0 && (group === undefined || group.length < 2 || node === undefined)) return []
  const failed =
    group === undefined || node === undefined
      ? []
      : [
          `${nameSpan(node)} failed (${node.span.flags}) towards ${service.service}, ${countProbes(group.length, analysis.paths.length)}`,
        ]
  return [
    {
      hop: service.service,
      seen: [...said, ...failed, rule, end],
      cause,
      sources: [...(said.length > 0 ? (['W'] as const) : []), ...(failed.length > 0 ? (['S'] as const) : []), 'C'],
      object,
    },
  ]
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
  // In ambient mode ztunnel ends the TLS of a pod without a sidecar.
  if (pod.sidecar === null && pod.ambient) return undefined
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
