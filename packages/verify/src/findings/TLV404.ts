import type { SpanNode } from '../evidence/trace-forest.ts'
import type { Rule } from './finding.ts'
import { countProbes, groupByPath } from './support.ts'

export const TLV404: Rule = {
  id: 'TLV404',
  title: 'client and server share a span id',
  level: 'warning',
  proof: 'Stored spans: two proxies report one span id in one trace, one as client and one as server.',
  explanation: [
    'Envoy’s zipkin tracer shares one span id between the two sides of a call unless it is told not to. Zipkin merges them; Jaeger and others can’t tell whose child a span below is, and change ids to guess.',
  ],
  fixes: [
    { text: 'set shared_span_context: false (default true) in envoy.config.trace.v3.ZipkinConfig' },
    { mesh: 'istio', text: 'Istio sets it already; an EnvoyFilter or a bootstrap of your own overrides it' },
    { mesh: 'consul', text: 'envoy_tracing_json: typed_config: { "shared_span_context": false }' },
  ],
  judge: (analysis) => {
    const groups = groupByPath(analysis.paths, ({ nodes }) =>
      sharedSpans(nodes).map((value) => ({ key: `${value.client} ${value.server}`, value })),
    )
    return [...groups.values()].flatMap((group) => {
      const [first] = group
      if (first === undefined || group.length < 2) return []
      const { client, server } = first.value
      return [
        {
          hop: client,
          seen: [`${client} and ${server} report the same span id, ${countProbes(group.length, group.length)}`],
          cause: `the zipkin tracer of ${client} shares its span with ${server}`,
          sources: ['S'],
        },
      ]
    })
  },
}

/** A proxy that reports the span id of its caller, by their services: the rule’s sign. */
export function sharedSpans(nodes: readonly SpanNode[]): { client: string; server: string }[] {
  return nodes.flatMap(({ parent, span }) =>
    parent !== null && span.proxy && parent.span.spanId === span.spanId
      ? [{ client: parent.span.service, server: span.service }]
      : [],
  )
}
