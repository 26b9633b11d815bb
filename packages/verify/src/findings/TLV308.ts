import type { Rule } from './finding.ts'
import { isJoined, namesMissingParent } from './support.ts'

export const TLV308: Rule = {
  id: 'TLV308',
  title: 'an outside caller reports its spans elsewhere',
  level: 'note',
  proof: 'Stored spans: other callers’ traces lack their first span; the probes’ own traces are complete.',
  explanation: [
    'A browser, a partner or a load balancer in front sends a context and reports its own spans to another backend, or to none. Its traces have no root here, which is not a fault of the mesh.',
  ],
  fixes: [{ text: 'start a new trace at the edge and link the caller’s, or collect the caller’s spans too' }],
  judge: (analysis) => {
    const ids = new Set(analysis.paths.flatMap(({ probe }) => probe.contexts.map(({ traceId }) => traceId)))
    const short = new Set([...ids].map((id) => id.slice(16).padStart(32, '0')))
    const isCutInside = analysis.paths.some((path) =>
      path.entries.some((node) => namesMissingParent(node) && !isJoined(node, path)),
    )
    const foreign = analysis.nodes.filter(
      (node) =>
        namesMissingParent(node) &&
        node.link === null &&
        node.span.kind === 'server' &&
        !ids.has(node.span.traceId) &&
        !short.has(node.span.traceId),
    )
    const traces = new Set(foreign.map(({ span }) => span.traceId))
    const [first] = foreign
    if (isCutInside || first === undefined || traces.size < 3) return []
    return [
      {
        hop: `callers of ${first.span.service}`,
        seen: [`${traces.size} other traces name a first parent that is not stored; none of the probes does`],
        cause: `a caller of ${first.span.service} sends a context and reports its spans elsewhere`,
        sources: ['S'],
      },
    ]
  },
}
