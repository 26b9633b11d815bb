import type { Analysis, ProbePath } from '../evidence/analyse.ts'
import { SAMPLED_KINDS } from '../evidence/analyse.ts'
import type { SpanNode } from '../evidence/trace-forest.ts'
import type { Rule } from './finding.ts'
import { countProbes, groupByPath, isJoined, nameSpan } from './support.ts'

export const TLV106: Rule = {
  id: 'TLV106',
  title: 'a trace header is sent twice',
  level: 'error',
  proof:
    'A comparison of probes: the call is whole with one format of probe, and with the other the proxy’s parent is an older span than the call.',
  explanation: [
    'Two writers set one header: the SDK and a line that copies headers by hand, or the SDK and an eBPF agent. Envoy uses the first of two traceparent headers and forwards only that one, which is often the older: the span of the incoming request.',
    'In the backend the app’s CLIENT span is a leaf, and the sidecar’s span is a child of the app’s caller, beside the app.',
  ],
  fixes: [
    {
      text: 'keep one writer: with an SDK that injects, remove the code that copies traceparent, tracestate and x-b3-*',
    },
  ],
  judge: (analysis) => {
    const paths = analysis.of(...SAMPLED_KINDS)
    const groups = groupByPath(paths, (path) =>
      path.nodes.flatMap((call) => {
        const proxy = bypassedBy(call, path)
        return proxy ? [{ key: call.span.service, value: { call, proxy } }] : []
      }),
    )
    return [...groups.values()].flatMap((group) => {
      const [first] = group
      if (first === undefined || group.length < 2) return []
      const { call, proxy } = first.value
      const wholeHeaders = wholeWithOther(analysis, call)
      return [
        {
          hop: call.span.service,
          seen: [
            `${nameSpan(call)} is a leaf, and ${nameSpan(proxy)}, which lies inside it, has an older span as parent, ${countProbes(group.length, paths.length)}`,
            ...(wholeHeaders === undefined ? [] : [`with a probe that sends ${wholeHeaders} the same call is whole`]),
          ],
          cause: `${call.span.service} sends the context of the request that it serves beside, or in place of, that of its own call`,
          sources: wholeHeaders === undefined ? ['S'] : ['S', 'D'],
          proven: wholeHeaders !== undefined,
          decides: 'an echo of the headers that the app sends: two traceparent lines, or one with a comma',
          break: { after: call.span.service, before: proxy.span.service },
          language: call.span.language,
        },
      ]
    })
  },
}

/** A proxy of this call, in its own trace, that is below an ancestor of the call or below the probe itself. */
function bypassedBy(call: SpanNode, path: ProbePath): SpanNode | undefined {
  const { span } = call
  if (span.proxy || span.kind !== 'client' || call.children.length > 0) return undefined
  const ancestors = new Set<SpanNode>()
  for (let above = call.parent; above !== null; above = above.parent) ancestors.add(above)
  return path.nodes.find(
    (node) =>
      node.span.proxy &&
      node.span.kind !== 'server' &&
      node.span.traceId === span.traceId &&
      (node.span.authority === null || span.authority === null || node.span.authority === span.authority) &&
      node.span.startUs >= span.startUs - 2000 &&
      node.span.durationUs <= span.durationUs + 2000 &&
      (node.parent === null ? isJoined(node, path) : ancestors.has(node.parent)),
  )
}

/** The kind of probe, in words, with which each such call has its proxy below it. */
function wholeWithOther(analysis: Analysis, call: SpanNode): string | undefined {
  const names = { b3: 'B3 only', w3c: 'W3C only', bare: 'no context' } as const
  for (const kind of ['b3', 'w3c', 'bare'] as const) {
    const paths = analysis.of(kind).filter(({ nodes }) => nodes.length > 0)
    const calls = paths.map(({ nodes }) =>
      nodes.find(({ span }) => span.service === call.span.service && span.kind === 'client' && !span.proxy),
    )
    if (calls.length > 0 && calls.every((node) => node?.children.some(({ span }) => span.proxy))) return names[kind]
  }
  return undefined
}
