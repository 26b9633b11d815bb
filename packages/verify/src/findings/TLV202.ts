import type { Rule } from './finding.ts'
import { samplingLine } from './objects/sampling-line.ts'
import { countProbes, lostProxies, nameSpan } from './support.ts'

export const TLV202: Rule = {
  id: 'TLV202',
  title: 'the proxy un-samples a sampled caller',
  level: 'error',
  proof:
    'A comparison of probes: with one digit of x-request-id changed (4 against 9), the same sampled request leaves more spans of proxies.',
  explanation: [
    'From 1.39 on, Envoy’s opentelemetry tracer lets its own decision win over the caller’s: with random sampling below 100 %, a request that the caller samples loses its spans at the proxy, and everything behind it receives flags 00 (envoyproxy/envoy#45830).',
    'Envoy keeps that decision in one digit of x-request-id: 4 is “not traced”, 9 is “sampled”. Two requests that differ only in this digit reveal it.',
  ],
  fixes: [
    {
      text: 'set random_sampling of the sidecars to 100 % and sample where requests enter; forward x-request-id in the apps, which carries the decision',
    },
    {
      mesh: 'istio',
      text: 'Telemetry: randomSamplingPercentage: 100 for the sidecars, and the rate you want at the gateway’s workload only',
    },
    {
      mesh: 'consul',
      text: 'envoy_listener_tracing_json: random_sampling: { value: 100 } in ProxyDefaults; sample at the gateway or in the first app',
    },
  ],
  supersedes: [
    { id: 'TLV201', hop: 'any' },
    { id: 'TLV203', hop: 'any' },
    { id: 'TLV107', hop: 'any' },
    { id: 'TLV205', hop: 'any' },
    { id: 'TLV902', hop: 'any' },
  ],
  judge: (analysis) => {
    const lost = lostProxies(analysis, { present: 'w3c-forced', absent: 'w3c' })
    const [first] = lost
    // A proxy that does not read the probe's format was not asked to sample.
    const forcedIds = analysis.of('w3c-forced').flatMap(({ probe }) => probe.contexts.map(({ traceId }) => traceId))
    if (first === undefined || !forcedIds.includes(first.span.traceId)) return []
    const all = analysis.of('w3c').length
    return [
      {
        hop: first.span.service,
        seen: [
          `with digit 4 in x-request-id ${nameSpan(first)} is missing, ${countProbes(all, all)}; with digit 9 it is there`,
          `spans of proxies that only the digit restores: ${lost.length}`,
        ],
        cause: `${first.span.service} decides about sampling by itself, although the caller’s context says sampled`,
        sources: ['S', 'D'],
        ...samplingLine(analysis, first),
        proven: all > 1,
        decides: 'a second repeat (--repeat 2)',
        ...(first.parent && { break: { after: first.parent.span.service, before: first.span.service } }),
      },
    ]
  },
}
