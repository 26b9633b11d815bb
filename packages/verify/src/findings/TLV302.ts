import { type Analysis, SAMPLED_KINDS } from '../evidence/analyse.ts'
import { nameNode, spansOfNode } from './envoy-spans.ts'
import type { Judgement, Rule } from './finding.ts'
import { countProbes, groupByPath, isJoined, kindsIn, nameSpan } from './support.ts'

export const TLV302: Rule = {
  id: 'TLV302',
  title: 'the proxy’s spans do not arrive',
  level: 'error',
  proof:
    'Envoy’s admin interface and stored spans: requests to its collector fail (rq_error or cx_connect_fail above 0, rq_success 0), and no probe left a span of it.',
  explanation: [
    'The proxy traces and rewrites headers, and its export fails: a wrong address or port, HTTP/1 where gRPC is needed, or an egress rule in between. Everything behind it names a parent that was never stored.',
    'Envoy counts failures, even where the mesh disables tracing statistics: /clusters has rq_success, rq_error and cx_connect_fail for each host of the collector’s cluster.',
  ],
  fixes: [
    {
      text: 'compare the collector’s address, port and protocol with what listens there: OTLP over gRPC 4317 needs HTTP/2, OTLP over HTTP 4318, Zipkin 9411',
    },
    {
      mesh: 'istio',
      text: 'check service and port of the extension provider; name the port grpc-otlp or set appProtocol: grpc on the collector’s Service, and let the Sidecar resource and egress policies see it',
    },
    {
      mesh: 'consul',
      text: 'check the cluster in envoy_extra_static_clusters_json: its address must resolve from the sidecar, and a gRPC collector needs http2_protocol_options',
    },
  ],
  supersedes: [{ id: 'TLV305', hop: 'any' }],
  judge: (analysis) => {
    const failing = byEnvoy(analysis)
    return failing.length > 0 ? failing : orphanedApps(analysis)
  },
}

function byEnvoy(analysis: Analysis): Judgement[] {
  return analysis.evidence.envoys.flatMap((envoy) =>
    envoy.collectors
      .filter(({ success, errors, connectFailures }) => success === 0 && errors + connectFailures > 0)
      .map(({ cluster, address, errors, connectFailures }) => {
        const spans = spansOfNode(analysis, envoy.node)
        return {
          hop: nameNode(envoy.node),
          seen: [
            `${nameNode(envoy.node)}: cluster ${cluster} at ${address} has ${errors} failed requests and ${connectFailures} failed connections, none that succeeded`,
            ...(spans === 0 ? ['no probe left a span of this proxy'] : []),
          ],
          cause: `${nameNode(envoy.node)} can’t deliver its spans to ${address}`,
          sources: spans === 0 ? (['E', 'S'] as const satisfies ('E' | 'S')[]) : (['E'] as const satisfies 'E'[]),
          proven: spans === 0,
          decides: 'a probe that passes this proxy',
        }
      }),
  )
}

/** An app’s span whose parent is neither the probe’s nor stored: what stands before the app reports nothing. */
function orphanedApps(analysis: Analysis): Judgement[] {
  const paths = analysis.of(...SAMPLED_KINDS)
  const groups = groupByPath(paths, (path) =>
    path.entries
      .filter((node) => !node.span.proxy && node.span.parentId !== null && !isJoined(node, path))
      .map((node) => ({ key: node.span.service, value: node })),
  )
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined || group.length < 2 || kindsIn(group).size < 2) return []
    const { value: node } = first
    return [
      {
        hop: `the hop before ${node.span.service}`,
        seen: [`${nameSpan(node)} names a parent that is not stored, ${countProbes(group.length, paths.length)}`],
        cause: `something before ${node.span.service} rewrites the context and its spans do not arrive`,
        sources: ['S'],
        proven: false,
        decides: `\`--envoy\` with the admin interface of ${node.span.service}’s sidecar: whether its collector takes spans`,
      },
    ]
  })
}
