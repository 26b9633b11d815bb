import { SAMPLED_KINDS } from '../evidence/analyse.ts'
import type { SpanNode } from '../evidence/trace-forest.ts'
import type { Rule } from './finding.ts'
import { calleeBelow } from './open-calls.ts'
import { countProbes, groupByPath, nameSpan } from './support.ts'

export const TLV104: Rule = {
  id: 'TLV104',
  title: 'a stale header wins: the parent skips the sidecars',
  level: 'warning',
  proof:
    'Stored spans: one trace, in which the proxies are leaves and the callee’s parent is the caller’s CLIENT span.',
  explanation: [
    'The caller sends its context in two formats. The sidecars rewrite the format of their tracer and leave the other unchanged, so two headers now name two parents. An SDK with several propagators uses the last valid one, no matter which is newer.',
    'The trace is in one piece, but times are wrong: the sidecars’ spans are leaves beside the callee instead of above it, and their time counts as the caller’s self time.',
  ],
  fixes: [
    {
      text: 'put the propagator of the format that the sidecars rewrite last (opentelemetry tracer: OTEL_PROPAGATORS=b3multi,tracecontext; zipkin tracer: tracecontext,b3multi), or send that one only',
    },
    {
      language: 'nodejs',
      text: 'use MeshPropagator of @throughline/propagation, which takes the freshest header whatever the tracer is',
    },
  ],
  judge: (analysis) => {
    const paths = analysis.of(...SAMPLED_KINDS)
    const groups = groupByPath(paths, ({ nodes }) =>
      callsPastProxies(nodes).flatMap(({ call, callee }) => {
        const proxy = skippedBy(callee, call)
        return proxy === undefined
          ? []
          : [{ key: `${call.span.service} ${callee.span.service}`, value: { call, callee, proxy } }]
      }),
    )
    return [...groups.values()].flatMap((group) => {
      const [first] = group
      if (first === undefined || group.length < 2) return []
      const { call, callee, proxy } = first.value
      return [
        {
          hop: callee.span.service,
          seen: [
            `${callee.span.service}’s parent is ${nameSpan(call)}, ${countProbes(group.length, paths.length)}`,
            `${nameSpan(proxy)} is in the same trace, around ${callee.span.service} in time, and has no child`,
          ],
          cause: `${callee.span.service} takes its parent from a header that ${proxy.span.service} did not rewrite`,
          sources: ['S'],
          break: { after: proxy.span.service, before: callee.span.service },
          language: callee.span.language,
        },
      ]
    })
  },
}

/** Calls of an app that a callee names as its parent, although the same call went to a proxy: the rule’s sign. */
export function callsPastProxies(nodes: readonly SpanNode[]): { call: SpanNode; callee: SpanNode }[] {
  return nodes.flatMap((call) => {
    const callee = call.span.proxy || call.span.kind !== 'client' ? undefined : calleeBelow(call)
    return callee !== undefined && call.children.some(({ span }) => span.proxy) ? [{ call, callee }] : []
  })
}

/** The last proxy below the call that encloses the callee in time, though it is not above it. */
function skippedBy(callee: SpanNode, call: SpanNode): SpanNode | undefined {
  const proxies = call.children.filter(({ span }) => span.proxy)
  if (proxies.length !== 1) return undefined
  let last = proxies[0]
  for (let next = last; next !== undefined; next = next.children.find(({ span }) => span.proxy)) last = next
  if (last === undefined || last.children.length > 0) return undefined
  const slack = 2000
  const encloses =
    last.span.startUs <= callee.span.startUs + slack &&
    callee.span.startUs + callee.span.durationUs <= last.span.startUs + last.span.durationUs + slack
  return encloses ? last : undefined
}
