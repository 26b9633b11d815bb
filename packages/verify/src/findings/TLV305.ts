import { SAMPLED_KINDS } from '../evidence/analyse.ts'
import type { Rule } from './finding.ts'
import { countProbes, groupByPath, isJoined, kindsIn, namesMissingParent, nameSpan } from './support.ts'

export const TLV305: Rule = {
  id: 'TLV305',
  title: 'an app changes the span id and reports nothing',
  level: 'error',
  proof:
    'Stored spans of two different probes: the app’s own proxy names a parent that is not stored, and the proxy before the app is.',
  explanation: [
    'The app makes spans and injects their ids into its calls, and the spans are never exported: no exporter, an unreachable one, or a sampler that records without exporting. Everything behind the app names a parent that does not exist, and backends show “invalid parent span IDs” or a trace without a root.',
  ],
  fixes: [
    {
      text: 'give the SDK a working exporter (OTEL_TRACES_EXPORTER=otlp, OTEL_EXPORTER_OTLP_ENDPOINT), or switch it off entirely (OTEL_SDK_DISABLED=true) and forward the trace headers untouched',
    },
  ],
  judge: (analysis) => {
    const paths = analysis.of(...SAMPLED_KINDS)
    const groups = groupByPath(paths, (path) =>
      path.entries
        .filter((node) => node.span.proxy && namesMissingParent(node) && !isJoined(node, path))
        .map((node) => ({ key: `${node.span.service} ${node.span.kind}`, value: node })),
    )
    return [...groups.values()].flatMap((group) => {
      const [first] = group
      if (first === undefined || group.length < 2) return []
      const { path, value: node } = first
      const before = path.nodes.find(
        ({ span }) => span.proxy && span.node === node.span.node && span.kind === 'server' && span !== node.span,
      )
      const hop = before === undefined ? `the app behind ${node.span.service}` : `the app behind ${before.span.service}`
      return [
        {
          hop,
          seen: [
            `${nameSpan(node)} names the parent ${node.span.parentId}, which is not stored, ${countProbes(group.length, paths.length)}`,
            ...(before === undefined ? [] : [`${nameSpan(before)}, which the request came by, is there`]),
          ],
          cause: `${hop} writes its own span id into the headers and does not report that span`,
          sources: ['S', 'S'],
          proven: kindsIn(group).size > 1,
          decides: 'a second probe of another format',
          break: { after: before?.span.service ?? hop, before: node.span.service },
        },
      ]
    })
  },
}
