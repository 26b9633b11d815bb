import type { ProbePath } from '../evidence/analyse.ts'
import type { SpanNode } from '../evidence/trace-forest.ts'
import type { Rule } from './finding.ts'
import { appsOf, countProbes, groupByPath, nameSpan } from './support.ts'

export const TLV109: Rule = {
  id: 'TLV109',
  title: 'the trace id is cut to 64 bits',
  level: 'error',
  proof: 'Stored spans of two different probes: another trace has the right half of the probe’s id as its id.',
  explanation: [
    'An older library keeps the last 16 of the 32 digits of a trace id. Everything behind it reports under the short id, which backends pad with zeros: the trace is cut in two, and the halves differ in the first 16 digits only.',
  ],
  fixes: [
    {
      text: 'use 128-bit trace ids: a current B3 propagator, trace_id_128bit: true on Envoy’s zipkin tracer, spring.sleuth.traceId128=true, DD_TRACE_128_BIT_TRACEID_GENERATION_ENABLED=true',
    },
  ],
  supersedes: [
    { id: 'TLV101', hop: 'any' },
    { id: 'TLV102', hop: 'any' },
    { id: 'TLV103', hop: 'any' },
    { id: 'TLV104', hop: 'any' },
    { id: 'TLV305', hop: 'any' },
  ],
  judge: (analysis) => {
    const groups = groupByPath(analysis.paths, (path) => {
      const short = path.probe.contexts.map(({ traceId }) => traceId.slice(16).padStart(32, '0'))
      const [cut] = analysis.nodes
        .filter(({ span }) => short.includes(span.traceId))
        .sort((a, b) => a.span.startUs - b.span.startUs)
      if (cut === undefined) return []
      const last = senderOf(cut, path)
      return [{ key: last?.span.service ?? '', value: { cut, last } }]
    })
    return [...groups.values()].flatMap((group) => {
      const [first] = group
      if (first === undefined) return []
      const { cut, last } = first.value
      const kinds = new Set(group.map(({ path }) => path.probe.kind))
      const hop = last?.span.service ?? cut.span.service
      return [
        {
          hop,
          seen: [
            `${nameSpan(cut)} is in trace ${cut.span.traceId}, the right half of the probe’s id, ${countProbes(group.length, group.length)}`,
            ...(last === undefined ? [] : [`the probe’s own trace ends at ${nameSpan(last)}`]),
          ],
          cause: `${hop} sends the last 16 digits of the trace id only`,
          sources: ['S', 'S'],
          proven: kinds.size > 1,
          decides: 'a second probe of another format',
          break: { after: hop, before: cut.span.service },
          language: last?.span.language ?? null,
        },
      ]
    })
  },
}

/** The call that the cut trace belongs to, else the last app in the probe's own trace. */
function senderOf(cut: SpanNode, path: ProbePath): SpanNode | undefined {
  if (cut.link !== null) return cut.link.host
  const probeIds = new Set(path.probe.contexts.map(({ traceId }) => traceId))
  return appsOf(path).findLast(({ span }) => probeIds.has(span.traceId))
}
