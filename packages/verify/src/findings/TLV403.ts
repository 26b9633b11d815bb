import type { Rule } from './finding.ts'
import { countProbes, groupByPath } from './support.ts'

export const TLV403: Rule = {
  id: 'TLV403',
  title: 'a gateway shows one span',
  level: 'note',
  proof: 'Stored spans: a proxy’s SERVER span is the direct parent of another proxy’s SERVER span.',
  explanation: [
    'A sidecar has two listeners, and a span for each. A gateway has one for both sides, so its time and the network’s behind it are one number.',
  ],
  fixes: [
    { text: 'set spawn_upstream_span: true in the gateway’s HTTP connection manager: a SERVER and a CLIENT span' },
  ],
  judge: (analysis) => {
    const groups = groupByPath(analysis.paths, ({ nodes }) =>
      nodes.flatMap((node) => {
        const { span } = node
        const next = node.children.find((child) => child.span.proxy && child.span.kind === 'server')
        if (!span.proxy || span.kind !== 'server' || next === undefined || next.span.node === span.node) return []
        return [{ key: span.service, value: { gateway: span.service, next: next.span.service } }]
      }),
    )
    return [...groups.values()].flatMap((group) => {
      const [first] = group
      if (first === undefined || group.length < 2) return []
      const { gateway, next } = first.value
      return [
        {
          hop: gateway,
          seen: [
            `${next}’s SERVER span is the child of ${gateway}’s SERVER span, ${countProbes(group.length, group.length)}`,
          ],
          cause: `${gateway} makes one span for both of its sides`,
          sources: ['S'],
        },
      ]
    })
  },
}
