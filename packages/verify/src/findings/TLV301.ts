import type { Analysis } from '../evidence/analyse.ts'
import type { EnvoyFacts } from '../evidence/envoy-facts.ts'
import { nameNode, spansOfNode } from './envoy-spans.ts'
import type { Judgement, Rule } from './finding.ts'
import { podOfNode } from './objects/calls.ts'
import { explainedByObjects } from './objects/untraced-pods.ts'

export const TLV301: Rule = {
  id: 'TLV301',
  title: 'the proxy has no tracer',
  level: 'error',
  proof:
    'Envoy’s admin interface and stored spans: no listener of one direction has tracing with a provider, and no probe left a span of it; or objects of the mesh and stored spans: the objects of the mesh name no provider that exists.',
  explanation: [
    'An Envoy makes spans only where its HTTP connection manager has tracing with a provider. In a mesh that configuration comes from an object, and a name that does not resolve, a selector that does not match or an entry that is set after the sidecar started silently omits it.',
  ],
  fixes: [
    { text: 'add tracing with a provider to the HTTP connection manager of each listener of that direction' },
    {
      mesh: 'istio',
      text: 'a Telemetry with tracing.providers whose name is one of meshConfig.extensionProviders; for a gateway or workload with a selector of its own, its own Telemetry',
    },
    {
      mesh: 'consul',
      text: 'ProxyDefaults “global”: config.envoy_tracing_json and config.envoy_listener_tracing_json, then restart the sidecars: the tracer is read at their start',
    },
  ],
  judgesFiles: true,
  judge: (analysis) => {
    const { explained, judgements } = explainedByObjects(analysis)
    const { cluster, envoys } = analysis.evidence
    const others = envoys.filter(({ node }) => {
      const pod = cluster === null ? undefined : podOfNode(cluster, node)
      return pod === undefined || !explained.includes(pod)
    })
    return [...judgements, ...others.flatMap((envoy) => judgeEnvoy(analysis, envoy))]
  },
}

function judgeEnvoy(analysis: Analysis, envoy: EnvoyFacts): Judgement[] {
  const directions = ['inbound', 'outbound'] as const
  const spansBy = (direction: (typeof directions)[number]): number => spansOfNode(analysis, envoy.node, direction)
  // A listener without a provider that leaves spans has that of the bootstrap, as under Consul; and so have the others.
  if (directions.some((direction) => untraced(envoy, direction).length > 0 && spansBy(direction) > 0)) return []
  return directions.flatMap((direction) => {
    const without = untraced(envoy, direction)
    if (without.length === 0) return []
    const name = nameNode(envoy.node)
    return [
      {
        hop: name,
        seen: [
          `${name}: listener ${without.join(', ')} has no tracer`,
          `no probe left a span of its ${direction} side`,
        ],
        cause: `${name} forwards ${direction} requests and records none of them`,
        sources: ['E', 'S'],
      } satisfies Judgement,
    ]
  })
}

/** Names of the HTTP listeners of a direction, when none of them has a tracer. */
function untraced({ listeners }: EnvoyFacts, direction: 'inbound' | 'outbound'): string[] {
  const http = listeners.filter((listener) => listener.direction === direction && listener.http.length > 0)
  if (http.some((listener) => listener.http.some(({ tracer }) => tracer !== null))) return []
  return http.map(({ name }) => name).slice(0, 3)
}
