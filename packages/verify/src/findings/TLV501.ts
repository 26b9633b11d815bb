import type { SpanNode } from '../evidence/trace-forest.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { nameNode } from './envoy-spans.ts'
import type { Judgement, Rule } from './finding.ts'
import { evaluateAuthorization } from './objects/authorization.ts'
import { podOf } from './objects/calls.ts'
import { deniedByFiles } from './objects/declared-denials.ts'
import { evaluateIntentions } from './objects/intentions.ts'
import { countProbes, groupByPath, nameSpan } from './support.ts'

export const TLV501: Rule = {
  id: 'TLV501',
  title: 'a rule of the mesh denies the call',
  level: 'error',
  proof:
    'The answer and stored spans: “RBAC: access denied” came back, and a proxy’s SERVER span with 403 has no app below it; or Envoy’s admin interface: its RBAC counters. Objects of the mesh name the rule and its line.',
  explanation: [
    'Consul’s intentions and Istio’s AuthorizationPolicies end in Envoy’s RBAC filter. It answers 403 with exactly “RBAC: access denied” before the app sees anything; an app’s own 403 has another body.',
  ],
  fixes: [
    { text: 'allow the caller’s identity at the named proxy' },
    {
      mesh: 'istio',
      text: 'kubectl get authorizationpolicy -A: an ALLOW policy of the workload must name the caller’s principal (cluster.local/ns/…/sa/…) and the method and path',
    },
    {
      mesh: 'consul',
      text: 'consul intention check CALLER DESTINATION; kubectl get serviceintentions: SYNCED, and an allow for the caller',
    },
  ],
  judgesFiles: true,
  judge: (analysis) => {
    const { cluster } = analysis.evidence
    if (cluster?.declared !== undefined) return deniedByFiles(cluster)
    const denied = analysis.paths.filter(({ probe }) => probe.words === 'rbac-denied' && probe.kind !== 'bypass')
    const groups = groupByPath(analysis.paths, (path) =>
      path.nodes
        .filter(
          ({ span, children }) => span.proxy && span.status === 403 && span.kind !== 'client' && children.length === 0,
        )
        .map((node) => ({ key: node.span.service, value: node })),
    )
    const [group] = groups.values()
    const node = group?.[0]?.value
    const counted = analysis.evidence.envoys.find(({ rbacDenied }) => rbacDenied > 0)
    // A 403 alone may be the app’s own, of an app that reports nothing.
    if (denied.length === 0 && (node === undefined || counted === undefined)) return []
    return [
      {
        hop: node?.span.service ?? (counted && nameNode(counted.node)) ?? 'a proxy on the path',
        seen: [
          ...(denied.length === 0
            ? []
            : [`“RBAC: access denied” came back, ${countProbes(denied.length, analysis.paths.length)}`]),
          ...(node === undefined ? [] : [`${nameSpan(node)} has status 403 and no app below it`]),
          ...(counted === undefined
            ? []
            : [`${nameNode(counted.node)} has denied ${counted.rbacDenied} requests by its access rules`]),
        ],
        cause: `an access rule at ${node?.span.service ?? (counted && nameNode(counted.node)) ?? 'a proxy'} does not allow the caller`,
        sources: [
          ...(denied.length > 0 ? (['W'] as const) : []),
          ...(node ? (['S'] as const) : []),
          ...(counted ? (['E'] as const) : []),
        ],
        proven: (node !== undefined ? 1 : 0) + (counted !== undefined ? 1 : 0) + (denied.length > 0 ? 1 : 0) > 1,
        decides: 'spans of the proxies, or `--envoy` with the admin interface of the one that denies',
        ...(node !== undefined && findObject(analysis.evidence, node)),
        ...(node?.parent && { break: { after: node.parent.span.service, before: node.span.service } }),
      },
    ]
  },
}

/** The object whose rule denies the call that a span is of, where the cluster's objects are known. */
function findObject({ cluster }: Evidence, node: SpanNode): Pick<Judgement, 'object' | 'fix'> {
  const callee = cluster === null ? undefined : podOf(cluster, node)
  if (cluster === null || callee === undefined) return {}
  const caller = podOf(cluster, node.parent)
  const { path } = node.span
  const port = cluster.services.find(({ pods }) => pods.includes(callee.pod))?.port?.target ?? null
  const { object } =
    callee.sidecar === 'istio'
      ? evaluateAuthorization(cluster.istio?.authorizationPolicies ?? [], callee.pod, {
          identity: caller?.identity ?? null,
          path,
          port,
        })
      : evaluateIntentions(cluster.consul?.intentions ?? [], {
          source: caller?.consulService ?? '*',
          destination: callee.consulService ?? '*',
          path,
        })
  if (object === null) return {}
  const who = caller?.identity ?? 'the caller'
  return { object, fix: `let ${object.kind} ${object.name} (${object.field}) allow ${who}, or remove what denies it` }
}
