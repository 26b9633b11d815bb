import type { Analysis } from '../evidence/analyse.ts'
import type { ClusterFacts } from '../evidence/cluster-facts.ts'
import type { Judgement, ObjectLine, Rule } from './finding.ts'
import { evaluateAuthorization } from './objects/authorization.ts'
import { podOfNode, type ReceivedCall, receivedCalls } from './objects/calls.ts'
import { evaluateIntentions } from './objects/intentions.ts'
import { nameSpan } from './support.ts'

export const TLV505: Rule = {
  id: 'TLV505',
  title: 'a rule is written, and not in force',
  level: 'error',
  proof: 'Objects of the mesh and stored spans: an object denies the call, and the callee’s app served it.',
  explanation: [
    'Rules travel to a proxy inside its listeners. A proxy that refuses a listener, for whatever reason in it, keeps the old one whole: a deny that is written now, and that the control plane reports as in force, still lets calls through until the proxy is restarted or the cause is removed. Consul sidecars freeze in this way when envoy_listener_tracing_json names a cluster that they were not started with.',
  ],
  fixes: [
    { text: 'read why the proxy refuses its listeners (TLV303), take that back, and make the call again' },
    {
      mesh: 'consul',
      text: 'put tracer and collector cluster into envoy_tracing_json and envoy_extra_static_clusters_json, only the sampling into envoy_listener_tracing_json, then restart the sidecars; alert on envoy_listener_manager_lds_update_rejected above 0',
    },
    { mesh: 'istio', text: 'istioctl proxy-status: the proxy is stale or has rejected its listeners; restart it' },
  ],
  supersedes: [
    { id: 'TLV301', hop: 'any' },
    { id: 'TLV302', hop: 'any' },
    { id: 'TLV303', hop: 'any' },
  ],
  judge: (analysis) => {
    const { cluster } = analysis.evidence
    if (cluster === null) return []
    const judged = receivedCalls(analysis, cluster).flatMap((call) => judgeCall(analysis, cluster, call))
    return judged.filter(({ hop }, index) => judged.findIndex((earlier) => earlier.hop === hop) === index)
  },
}

function judgeCall({ evidence }: Analysis, cluster: ClusterFacts, call: ReceivedCall): Judgement[] {
  const written = call.reached ? findDeny(cluster, call) : undefined
  if (written === undefined) return []
  const { object, syncFailure } = written
  const { callee, caller, inbound } = call
  const envoy = evidence.envoys.find(({ node }) => podOfNode(cluster, node) === callee)
  const refused = envoy?.listeners.find(({ error }) => error !== null)
  const rejects = (envoy?.listenerUpdatesRejected ?? 0) > 0
  return [
    {
      hop: callee.pod,
      seen: [
        `${object.kind} ${object.name} denies ${caller.pod} the call`,
        `${nameSpan(inbound)} has status ${inbound.span.status ?? '?'}, and the app served it`,
        ...(syncFailure === null ? [] : [`Consul has not taken the object: ${syncFailure}`]),
        ...(rejects || refused !== undefined
          ? [
              `the sidecar of ${callee.pod} has rejected ${envoy?.listenerUpdatesRejected ?? 0} updates of its listeners${refused === undefined ? '' : `: ${refused.error}`}`,
            ]
          : []),
      ],
      cause:
        syncFailure === null
          ? `the sidecar of ${callee.pod} does not apply what is written${rejects ? ': it refuses its listeners, and keeps the rules of the last that it accepted' : ''}`
          : 'the rule was never taken over by Consul',
      sources: rejects ? ['C', 'S', 'E'] : ['C', 'S'],
      object,
      ...(rejects && {
        fix: `take back what ${callee.pod} refuses, or restart it; until then the deny is not in force`,
      }),
    },
  ]
}

function findDeny(
  { istio, consul }: ClusterFacts,
  { caller, callee, inbound, port }: ReceivedCall,
): { object: ObjectLine; syncFailure: string | null } | undefined {
  const { path } = inbound.span
  if (callee.sidecar === 'istio' && istio !== null) {
    const request = { identity: caller.identity, path, port }
    const { verdict, object } = evaluateAuthorization(istio.authorizationPolicies, callee.pod, request)
    return verdict === 'denied' && object !== null ? { object, syncFailure: null } : undefined
  }
  const [source, destination] = [caller.consulService, callee.consulService]
  if (callee.sidecar !== 'consul' || consul === null || source === null || destination === null) return undefined
  const { verdict, object, syncFailure } = evaluateIntentions(consul.intentions, { source, destination, path })
  return verdict === 'denied' && object !== null ? { object, syncFailure } : undefined
}
