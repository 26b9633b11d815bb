import type { Rule } from './finding.ts'
import { samplingLine } from './objects/sampling-line.ts'
import { countProbes, proxiesOf } from './support.ts'

export const TLV201: Rule = {
  id: 'TLV201',
  title: 'the proxies sample almost nothing on their own',
  level: 'warning',
  proof: 'A comparison of probes: probes without a context leave no span of a proxy; probes that request sampling do.',
  explanation: [
    'A caller without a trace context leaves the decision to the first proxy. Istio’s default is 1 %, Consul’s is 0 %: most requests of a browser or of curl leave no trace, and a working demo looks broken.',
  ],
  fixes: [
    {
      text: 'raise random_sampling of the proxy where requests enter, or sample in the first app and leave the proxies at 100 %',
    },
    {
      mesh: 'istio',
      text: 'Telemetry: spec.tracing[].randomSamplingPercentage: 100 (default 1), in the root namespace or for the workload',
    },
    {
      mesh: 'consul',
      text: 'envoy_listener_tracing_json in ProxyDefaults: random_sampling: { value: 100 } (default 0 for requests without a context)',
    },
  ],
  judge: (analysis) => {
    // Ids of the caller's own explain what bare probes lack: they hold them too.
    if (analysis.evidence.callerSendsNoUuid) return []
    const bare = analysis.of('bare')
    const sampled = analysis.of('w3c', 'b3', 'both')
    const withProxy = sampled.filter((path) => proxiesOf(path).length > 0)
    const [example] = withProxy
    // Without a context only its user agent identifies a probe: where the first hop does not report it, as behind an
    // app without spans, those of bare probes can't be told from others'.
    const entry = example?.entries.find(({ span }) => span.proxy && span.probe === example.probe.nonce)
    if (bare.length === 0 || entry === undefined) return []
    if (bare.some((path) => proxiesOf(path).length > 0)) return []
    // An app that samples gives the proxies behind it a decision: then it is they that ignore it.
    if (bare.some(({ nodes }) => nodes.length > 0)) return []
    return [
      {
        hop: entry.span.service,
        seen: [
          `${countProbes(0, bare.length)} without a context left a span`,
          `${countProbes(withProxy.length, sampled.length)} with a sampled context left spans of proxies, first of ${entry.span.service}`,
        ],
        cause: `${entry.span.service} decides for callers that send no context, and samples few of them or none`,
        sources: ['S', 'D'],
        ...samplingLine(analysis, entry),
      },
    ]
  },
}
