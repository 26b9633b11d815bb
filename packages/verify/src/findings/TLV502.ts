import type { Analysis } from '../evidence/analyse.ts'
import type { ClusterFacts, PodFacts, ServiceFacts } from '../evidence/cluster-facts.ts'
import type { Judgement, ObjectLine, Rule } from './finding.ts'
import { podsOf } from './objects/calls.ts'
import { evaluateAuthorization } from './objects/authorization.ts'
import { resetByFiles } from './objects/declared-connections.ts'
import { evaluateIntentions } from './objects/intentions.ts'
import { peerMode } from './objects/peer-mode.ts'
import { opaquePort } from './objects/port-protocol.ts'
import { countProbes, groupByPath, nameSpan } from './support.ts'

export const TLV502: Rule = {
  id: 'TLV502',
  title: 'the connection is reset: a rule, strict mutual TLS or a crash',
  level: 'error',
  proof:
    'The answer or stored spans, and objects of the mesh or of Kubernetes: a call ended without an answer, and an object says why.',
  explanation: [
    'A rule on connections, a port that wants mutual TLS and an app that crashes look the same to the caller: the connection closes without an answer. The objects tell them apart.',
  ],
  fixes: [
    {
      text: 'allow the caller’s identity; or give the caller a sidecar where the callee’s PeerAuthentication is STRICT; or look at the callee’s last log (kubectl logs --previous)',
    },
  ],
  supersedes: [
    { id: 'TLV307', hop: 'any' },
    { id: 'TLV401', hop: 'same' },
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
  const { pods } = cluster
  const started = paths[0]?.probe.startUs ?? 0
  if (callee.crashedAt !== null && callee.crashedAt * 1000 > started) {
    return {
      seen: `pod ${callee.pod} ended and was started again while the probes ran`,
      cause: `the app of ${callee.pod} crashes`,
      object: { kind: 'Pod', name: callee.pod, field: 'status.containerStatuses' },
      fix: `kubectl logs --previous ${callee.pod.split('/')[1]} -n ${callee.pod.split('/')[0]}`,
    }
  }
  const callers = pods.filter(({ pod }) => pod !== callee.pod)
  return findStrict(cluster, { service, callee, callers }) ?? findDeny(cluster, { service, callee, callers })
}

interface Ends {
  service: ServiceFacts
  callee: PodFacts
  callers: readonly PodFacts[]
}

/** A caller without a sidecar, and a callee that wants mutual TLS. */
function findStrict({ istio }: ClusterFacts, { service, callee, callers }: Ends): Cause | undefined {
  if (istio === null || callee.sidecar !== 'istio') return undefined
  const plain = callers.find(({ sidecar, ambient }) => sidecar === null && !ambient)
  const { mode, object } = peerMode(istio, callee.pod, service.port?.target ?? null)
  if (plain === undefined || mode !== 'STRICT' || object === null) return undefined
  return {
    seen: `${service.service} takes mutual TLS only, and pod ${plain.pod} has no sidecar`,
    cause: `the sidecar of ${callee.pod} refuses the plain text of ${plain.pod}`,
    object,
    fix: `give ${plain.pod} a sidecar; PERMISSIVE would open ${service.service} to every caller`,
  }
}

/** A rule on connections, at a port of bytes. */
function findDeny(cluster: ClusterFacts, { service, callee, callers }: Ends): Cause | undefined {
  if (opaquePort(cluster, service) === undefined) return undefined
  const [denial] = callers.flatMap((caller) => {
    const { verdict, object } = judgeConnection(cluster, { service, callee, caller })
    return verdict === 'denied' && object !== null ? [{ caller, object }] : []
  })
  if (denial === undefined) return undefined
  const { caller, object } = denial
  const who = callee.sidecar === 'istio' ? 'the caller’s principal' : `${caller.consulService}`
  return {
    seen: `${object.kind} ${object.name} does not allow a caller of ${service.service}`,
    cause: `the sidecar of ${callee.pod} closes connections that its rules do not allow`,
    object,
    fix: `allow ${who} in ${object.name}`,
  }
}

function judgeConnection(
  { istio, consul }: ClusterFacts,
  { service, callee, caller }: { service: ServiceFacts; callee: PodFacts; caller: PodFacts },
): { verdict: string; object: ObjectLine | null } {
  if (callee.sidecar === 'istio') {
    const request = { identity: caller.identity, path: null, port: service.port?.target ?? null }
    return evaluateAuthorization(istio?.authorizationPolicies ?? [], callee.pod, request)
  }
  const [source, destination] = [caller.consulService, callee.consulService]
  if (source === null || destination === null) return { verdict: 'unknown', object: null }
  return evaluateIntentions(consul?.intentions ?? [], { source, destination, path: null })
}
