import type { Rule } from './finding.ts'
import { countProbes, groupByPath, nameSpan } from './support.ts'

/** Envoy's response flags for an upstream that can't be used: no healthy host, no connection, no cluster. */
const FLAGS = /\b(UH|UF|NC|NR)\b/

export const TLV504: Rule = {
  id: 'TLV504',
  title: 'no healthy upstream',
  level: 'error',
  proof: 'W and S: Envoy’s text for it came back, and a proxy’s span has the response flag UH or UF.',
  explanation: [
    'The proxy has no endpoint for the request: none is healthy, none is known, or nothing listens at the known one. The trace ends at that proxy because nothing behind it saw the request.',
  ],
  fixes: [
    {
      text: 'look behind the named proxy: is the app ready, and does it listen at the port that its sidecar forwards to?',
    },
    {
      mesh: 'istio',
      text: 'kubectl get endpointslices of the Service, istioctl proxy-config endpoints POD; the Service’s targetPort must be the port the app listens on',
    },
    {
      mesh: 'consul',
      text: 'consul catalog nodes -service NAME and its checks; the annotation connect-service-port must be the port the app listens on',
    },
  ],
  judge: (analysis) => {
    const worded = analysis.paths.filter(
      ({ probe }) =>
        (probe.words === 'no-healthy-upstream' || probe.words === 'connection-failure') && probe.kind !== 'bypass',
    )
    const groups = groupByPath(analysis.paths, (path) =>
      path.nodes
        .filter(({ span, children }) => span.proxy && FLAGS.test(span.flags ?? '') && children.length === 0)
        .map((node) => ({ key: node.span.service, value: node })),
    )
    const [group] = [...groups.values()].sort((a, b) => b.length - a.length)
    const node = group?.[0]?.value
    if (node === undefined && worded.length === 0) return []
    return [
      {
        hop: node?.span.service ?? 'a proxy on the path',
        seen: [
          ...(worded.length === 0
            ? []
            : [
                `a proxy’s “${worded[0]?.probe.words === 'connection-failure' ? 'connection failure' : 'no healthy upstream'}” came back, ${countProbes(worded.length, analysis.paths.length)}`,
              ]),
          ...(node === undefined
            ? []
            : [
                `${nameSpan(node)} has the response flag ${node.span.flags}${node.span.cluster === null ? '' : ` for cluster ${node.span.cluster}`}`,
              ]),
        ],
        cause: `${node?.span.service ?? 'a proxy'} found no endpoint for the request`,
        sources: [...(worded.length > 0 ? (['W'] as const) : []), ...(node ? (['S'] as const) : [])],
        proven: node !== undefined && worded.length > 0,
        decides: '`--envoy` with the admin interface of that proxy: the health of its endpoints',
      },
    ]
  },
}
