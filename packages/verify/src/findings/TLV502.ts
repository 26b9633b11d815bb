import type { Analysis } from '../evidence/analyse.ts'
import type { ClusterFacts, PodFacts, ServiceFacts } from '../evidence/cluster-facts.ts'
import type { Judgement, ObjectLine, Rule } from './finding.ts'
import { podsOf } from './objects/calls.ts'
import { evaluateAuthorization } from './objects/authorization.ts'
import { resetByFiles } from './objects/declared-connections.ts'
import { peerMode } from './objects/peer-mode.ts'
import { opaquePort } from './objects/port-protocol.ts'
import { countProbes, groupByPath, nameSpan } from './support.ts'

export const TLV502: Rule = {
  id: 'TLV502',
  title: 'the connection is reset: a rule, strict mutual TLS or a crash',
  level: 'error',
  proof: 'W or S, and C or K: a call ended without an answer, and an object says why.',
  explanation: [
    'A rule on connections, a port that wants mutual TLS and an app that crashes look the same to the caller: the connection closes without an answer. The objects tell them apart.',
  ],
  fixes: [
    {
      text: 'allow the caller’s identity; or give the caller a sidecar where the callee’s PeerAuthentication is STRICT; or look at the callee’s last log (kubectl logs --previous)',
    },
  ],
  supersedes: [
    { id: 'TLV402', hop: 'any' },
    { id: 'TLV504', hop: 'any' },
  ],
  judgesFiles: true,
  judge: (analysis) => {
    const { cluster } = analysis.evidence
    if (cluster?.declared !== undefined) return resetByFiles(cluster)
    const signal = findSignal(analysis)
    if (cluster === null || signal === undefined) return []
    return cluster.services.flatMap((service) => {
      const [first] = podsOf(cluster, service).flatMap(
        (callee) => findCause(analysis, { cluster, service, callee }) ?? [],
      )
      if (first === undefined) return []
      const { seen, cause, object, fix } = first
      return [
        {
          hop: service.service,
          seen: [signal, seen],
          cause,
          sources: ['W', object.kind === 'Pod' ? 'K' : 'C'],
          object,
          fix,
        } satisfies Judgement,
      ]
    })
  },
}

/** A connection that closed without an answer: of a probe, or below an app's call. */
function findSignal({ paths }: Analysis): string | undefined {
  const reset = paths.filter(
    ({ probe }) => probe.kind !== 'bypass' && (probe.failure === 'ECONNRESET' || probe.words === 'reset'),
  )
  if (reset.length > 1) return `a connection was reset, ${countProbes(reset.length, paths.length)}`
  const groups = groupByPath(paths, ({ nodes }) =>
    nodes
      .filter(({ span, children, linked }) => {
        const ends = children.length === 0 && linked.length === 0 && span.kind === 'client'
        return ends && (span.proxy ? /\bU[CR]\b/.test(span.flags ?? '') : span.error && span.status === null)
      })
      .map((node) => ({ key: `${node.span.service} ${node.span.proxy}`, value: node })),
  )
  const group = [...groups.values()].find((each) => each.length > 1)
  const node = group?.[0]?.value
  if (group === undefined || node === undefined) return undefined
  return `${nameSpan(node)} got no answer${node.span.flags === null ? '' : ` (${node.span.flags})`}, ${countProbes(group.length, paths.length)}`
}

interface Cause {
  seen: string
  cause: string
  object: ObjectLine
  fix: string
}

function findCause(
  { paths }: Analysis,
  { cluster, service, callee }: { cluster: ClusterFacts; service: ServiceFacts; callee: PodFacts },
): Cause | undefined {
  const { istio, pods } = cluster
  const started = paths[0]?.probe.startUs ?? 0
  if (callee.crashedAt !== null && callee.crashedAt * 1000 > started) {
    return {
      seen: `pod ${callee.pod} ended and was started again while the probes ran`,
      cause: `the app of ${callee.pod} crashes`,
      object: { kind: 'Pod', name: callee.pod, field: 'status.containerStatuses' },
      fix: `kubectl logs --previous ${callee.pod.split('/')[1]} -n ${callee.pod.split('/')[0]}`,
    }
  }
  if (istio === null || callee.sidecar !== 'istio') return undefined
  const port = service.port?.target ?? null
  const callers = pods.filter(({ pod }) => pod !== callee.pod)
  const plain = callers.find(({ sidecar, ambient }) => sidecar === null && !ambient)
  const { mode, object } = peerMode(istio, callee.pod, port)
  if (plain !== undefined && mode === 'STRICT' && object !== null) {
    return {
      seen: `${service.service} takes mutual TLS only, and pod ${plain.pod} has no sidecar`,
      cause: `the sidecar of ${callee.pod} refuses the plain text of ${plain.pod}`,
      object,
      fix: `give ${plain.pod} a sidecar; PERMISSIVE would open ${service.service} to every caller`,
    }
  }
  if (opaquePort(cluster, service) === undefined) return undefined
  const verdicts = callers.map(({ identity }) =>
    evaluateAuthorization(istio.authorizationPolicies, callee.pod, { identity, path: null, port }),
  )
  const denied = verdicts.find(({ verdict }) => verdict === 'denied')
  if (denied === undefined || denied.object === null) return undefined
  return {
    seen: `${denied.object.kind} ${denied.object.name} does not allow a caller of ${service.service}`,
    cause: `the sidecar of ${callee.pod} closes connections that its rules do not allow`,
    object: denied.object,
    fix: `allow the caller’s principal in ${denied.object.name}`,
  }
}
