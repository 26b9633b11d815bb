import { SAMPLED_KINDS } from '../evidence/analyse.ts'
import type { SpanNode } from '../evidence/trace-forest.ts'
import type { Rule } from './finding.ts'
import { countProbes, groupByPath, nameSpan } from './support.ts'

export const TLV105: Rule = {
  id: 'TLV105',
  title: 'frozen b3: sidecars are siblings',
  level: 'warning',
  proof: 'Stored spans: two proxies of one path, one inside the other in time, share the app’s CLIENT span as parent.',
  explanation: [
    'Up to 1.39, Envoy’s zipkin tracer reads the single header b3 before x-b3-* and writes x-b3-* only. An app that sends b3 freezes it: every proxy on the way reads the app’s span as its parent, also from the second one on.',
  ],
  fixes: [{ text: 'set OTEL_PROPAGATORS=b3multi in place of b3 (Envoy ≥ 1.40 rewrites the format that it read)' }],
  supersedes: [{ id: 'TLV104', hop: 'any' }],
  judge: (analysis) => {
    const paths = analysis.of(...SAMPLED_KINDS)
    const groups = groupByPath(paths, ({ nodes }) =>
      siblingProxies(nodes).map((value) => ({
        key: `${value.call.span.service} ${value.inner.span.service}`,
        value,
      })),
    )
    return [...groups.values()].flatMap((group) => {
      const [first] = group
      if (first === undefined || group.length < 2) return []
      const { call, outer, inner } = first.value
      return [
        {
          hop: call.span.service,
          seen: [
            `${outer.span.service} and ${inner.span.service} both have ${nameSpan(call)} as parent, ${countProbes(group.length, paths.length)}`,
            `${inner.span.service}’s span lies inside that of ${outer.span.service}`,
          ],
          cause: `${call.span.service} sends the single header b3, which ${outer.span.service} reads and does not rewrite`,
          sources: ['S'],
          break: { after: outer.span.service, before: inner.span.service },
          language: call.span.language,
        },
      ]
    })
  },
}

/** Two proxies of one call, one inside the other in time, that both name the app’s span as parent: the rule’s sign. */
export function siblingProxies(nodes: readonly SpanNode[]): { call: SpanNode; outer: SpanNode; inner: SpanNode }[] {
  return nodes.flatMap((call) => {
    if (call.span.proxy || call.span.kind !== 'client') return []
    const proxies = call.children.filter(({ span }) => span.proxy)
    const outer = proxies.find(({ span }) => span.kind === 'client')
    const inner = proxies.find(({ span }) => span.kind === 'server' && span.node !== outer?.span.node)
    if (outer === undefined || inner === undefined) return []
    if (inner.span.startUs < outer.span.startUs || inner.span.durationUs > outer.span.durationUs) return []
    return [{ call, outer, inner }]
  })
}
