import type { SpanNode } from '../evidence/trace-forest.ts'
import type { ProbePath } from '../evidence/analyse.ts'
import type { Rule } from './finding.ts'
import { countProbes, nameSpan } from './support.ts'

export const TLV110: Rule = {
  id: 'TLV110',
  title: 'one context serves many requests',
  level: 'warning',
  proof:
    'Stored spans: one trace holds a call of the same app for several probes, each within the time of its own probe.',
  explanation: [
    'A context that belongs to one request is kept and used for others: stored in a variable of the module, bound to a keep-alive connection (as eBPF agents do), or started in a background loop. Traces grow without end, and each request’s own trace stops at the app.',
  ],
  fixes: [
    {
      text: 'use the context of the current request for each call; look for a context or span in a global variable, a connection pool that sets headers once, or an eBPF agent that follows connections',
    },
  ],
  supersedes: [
    { id: 'TLV101', hop: 'any' },
    { id: 'TLV102', hop: 'any' },
    { id: 'TLV106', hop: 'any' },
    { id: 'TLV305', hop: 'any' },
  ],
  judge: (analysis) => {
    const servers = analysis.paths.flatMap((path) => servingSpans(path).map((server) => ({ path, server })))
    const traces = new Map<string, Map<ProbePath, SpanNode>>()
    for (const node of analysis.nodes) {
      if (node.span.kind !== 'client' || node.span.proxy) continue
      const around = servers.filter(
        ({ server, path }) =>
          server.span.service === node.span.service &&
          server.span.startUs - 2000 <= node.span.startUs &&
          node.span.startUs + node.span.durationUs <= server.span.startUs + server.span.durationUs + 2000 &&
          !path.nodes.some(({ span, parent }) => span.kind === 'client' && parent === server),
      )
      const [only] = around
      if (only === undefined || around.length > 1) continue
      const group = traces.get(node.span.traceId) ?? new Map<ProbePath, SpanNode>()
      traces.set(node.span.traceId, group.set(only.path, node))
    }
    const most = [...traces].sort(([, a], [, b]) => b.size - a.size)[0]
    if (most === undefined || most[1].size < 3) return []
    const [traceId, group] = most
    const [call] = group.values()
    if (call === undefined) return []
    return [
      {
        hop: call.span.service,
        seen: [
          `trace ${traceId} holds ${nameSpan(call)} for ${countProbes(group.size, analysis.paths.length)}, each sent with another context`,
          `the probes’ own traces end at ${call.span.service}`,
        ],
        cause: `${call.span.service} makes its calls with the context of an earlier request`,
        sources: ['S'],
        break: { after: call.span.service, before: call.children[0]?.span.service ?? call.span.service },
        language: call.span.language,
      },
    ]
  },
}

/** App spans that serve the probe. */
const servingSpans = ({ nodes }: ProbePath): SpanNode[] =>
  nodes.filter(({ span }) => !span.proxy && span.kind === 'server')
