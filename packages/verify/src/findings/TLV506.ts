import type { Analysis } from '../evidence/analyse.ts'
import type { ClusterFacts } from '../evidence/cluster-facts.ts'
import type { Judgement, Rule } from './finding.ts'
import { podsOf, receivedCalls } from './objects/calls.ts'
import { signOfHttp } from './objects/declared-calls.ts'
import { openListsByFiles } from './objects/declared-hops.ts'
import { evaluateIntentions, isClosed } from './objects/intentions.ts'
import { opaquePort } from './objects/port-protocol.ts'

export const TLV506: Rule = {
  id: 'TLV506',
  title: 'a rule is without effect',
  level: 'error',
  proof:
    'Objects of the mesh and of Kubernetes: a rule on methods or paths is for a port that is not HTTP; or objects of the mesh and stored spans: a list of permissions is open, and the app served a call that none of them names.',
  explanation: [
    'A rule on methods, paths or headers needs a proxy that reads HTTP. Where the port is one of bytes, Istio never matches an ALLOW with such a condition, and Consul does not take the intention.',
    'A list of Consul’s permissions decides only about requests that one of them matches. Under a default of allow, everything else is allowed: close the list with a deny of the prefix /.',
  ],
  fixes: [
    {
      mesh: 'consul',
      text: 'close the list: {action: deny, http: {pathPrefix: /}} as its last permission; protocol: http for the service',
    },
    {
      mesh: 'istio',
      text: 'appProtocol: http on the port, or a rule on connections only: principals, namespaces, ports',
    },
  ],
  supersedes: [
    { id: 'TLV401', hop: 'any' },
    { id: 'TLV502', hop: 'any' },
  ],
  judgesFiles: true,
  judge: (analysis) => {
    const { cluster } = analysis.evidence
    if (cluster === null) return []
    return [...rulesOnBytes(cluster), ...openLists(analysis, cluster), ...openListsByFiles(cluster, isClosed)]
  },
}

function rulesOnBytes(cluster: ClusterFacts): Judgement[] {
  const { declared } = cluster
  return cluster.services.flatMap((service) => {
    const opaque = opaquePort(cluster, service)
    if (opaque === undefined) return []
    // Of files, each port is there: a rule of HTTP may be for another one.
    const isOnlyPort = cluster.services.filter((each) => each.service === service.service).length === 1
    if (declared !== undefined && !isOnlyPort && signOfHttp(declared, service) === undefined) return []
    const rule = findHttpRule(cluster, {
      pods: podsOf(cluster, service).map(({ pod }) => pod),
      service: service.service,
    })
    if (rule === undefined) return []
    const port = service.port === null ? service.service : `port ${service.port.port} of ${service.service}`
    return [
      {
        hop: service.service,
        seen: [
          `${rule.kind} ${rule.name} has conditions of HTTP at ${rule.field}`,
          `${port} is declared ${opaque.protocol} by ${opaque.object.kind} ${opaque.object.name} ${opaque.object.field}`,
        ],
        cause: `the sidecar forwards bytes at ${port}, so a condition of HTTP never holds`,
        sources: ['C', 'K'],
        object: rule,
        fix: opaque.fix,
      },
    ]
  })
}

function findHttpRule(
  { istio, consul }: ClusterFacts,
  { pods, service }: { pods: readonly string[]; service: string },
) {
  for (const policy of istio?.authorizationPolicies ?? []) {
    const index = policy.rules.findIndex(({ to }) => to.some(({ http }) => http))
    if (index < 0 || !policy.pods.some((pod) => pods.includes(pod))) continue
    return { kind: 'AuthorizationPolicy', name: policy.name, field: `spec.rules[${index}].to` }
  }
  for (const { name, destination, sources } of consul?.intentions ?? []) {
    const index = sources.findIndex(({ permissions }) => permissions.length > 0)
    if (index < 0 || destination !== service.split('/')[1]) continue
    return { kind: 'ServiceIntentions', name, field: `spec.sources[${index}].permissions` }
  }
  return undefined
}

/** A call was served that no permission names: the default of the mesh is to allow. */
function openLists(analysis: Analysis, cluster: ClusterFacts): Judgement[] {
  const { consul } = cluster
  if (consul === null) return []
  return receivedCalls(analysis, cluster).flatMap(({ caller, callee, inbound, reached }) => {
    const [source, destination] = [caller.consulService, callee.consulService]
    if (!reached || source === null || destination === null) return []
    const { verdict, object } = evaluateIntentions(consul.intentions, { source, destination, path: inbound.span.path })
    if (verdict !== 'default' || object === null) return []
    const list = consul.intentions
      .find(({ name }) => name === object.name)
      ?.sources.find((each) => each.source === source || each.source === '*')
    if (list !== undefined && isClosed(list.permissions)) return []
    return [
      {
        hop: callee.pod,
        seen: [
          `no permission of ${object.kind} ${object.name} names ${inbound.span.path}`,
          `the app of ${callee.pod} served it`,
        ],
        cause: 'the list is open: what it does not name is left to the mesh’s default, which allows',
        sources: ['C', 'S'],
        object,
        fix: `{action: deny, http: {pathPrefix: /}} as the last of ${object.field} in ${object.name}`,
      },
    ]
  })
}
