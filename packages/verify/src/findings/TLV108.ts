import type { Analysis } from '../evidence/analyse.ts'
import type { Judgement, Rule } from './finding.ts'
import { endedCalls, resamplingEnvoy } from './ended-calls.ts'
import { countProbes, groupByPath, nameSpan, proxiesOf } from './support.ts'

export const TLV108: Rule = {
  id: 'TLV108',
  title: 'x-request-id is not forwarded',
  level: 'note',
  proof:
    'Stored spans: the request id (guid:x-request-id) differs before and after an app. A warning when spans are lost by it: in some probes the trace ends at the app’s call, in others the call has another request id; or it ends there in all of them, and the app’s sidecar samples less than 100 % by its admin interface, with a tracer that overrules its caller.',
  explanation: [
    'Envoy gives each request an id and writes its sampling decision into one digit of it. Stock SDKs do not forward it, so the next sidecar makes a new one: logs of two hops can’t be joined by it, and a decision that was forced at the edge (x-envoy-force-trace) ends at the first app.',
    'The trace itself does not need it, unless proxies sample on their own. From 1.39 on, Envoy’s opentelemetry tracer decides for each new request id, whatever traceparent says: behind a gateway that samples everything, a sidecar at 1 % traces the request that comes in, as its id says, and drops the app’s own calls with everything behind them.',
  ],
  fixes: [
    {
      text: 'forward x-request-id, if it is a 36-character UUID, on each call that a request causes; or set random_sampling of the sidecars to 100 % and sample only where requests enter',
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
  supersedes: [{ id: 'TLV902', hop: 'same' }],
  judge: (analysis) => {
    const lost = losses(analysis)
    const hops = new Set(lost.map(({ hop }) => hop))
    return [...lost, ...notForwarded(analysis).filter(({ hop }) => !hops.has(hop))]
  },
}

/** Apps whose calls get another request id, and lose their spans by it. */
function losses(analysis: Analysis): Judgement[] {
  return endedCalls(analysis).flatMap((call): Judgement[] => {
    const { app, host, sidecar, ended, continued } = call
    const judgement = {
      hop: app,
      level: 'warning' as const,
      cause: `${app} does not copy x-request-id to its calls, so ${sidecar.service} decides about sampling again`,
      break: { after: host.span.service, before: sidecar.service },
      language: host.span.language,
    }
    const all = ended.length + continued.length
    if (continued.length > 0) {
      const [other] = continued
      const renewed = continued.every(({ outbound, inbound }) => outbound.requestId !== inbound.requestId)
      if (ended.length < 2 || continued.length < 2 || other === undefined || !renewed) return []
      return [
        {
          ...judgement,
          seen: [
            `the trace ends at ${nameSpan(host)} in ${countProbes(ended.length, all)}`,
            `in the others ${sidecar.service} gives the call another request id than that of the request that ${app} serves`,
          ],
          sources: ['S'],
        },
      ]
    }
    const envoy = resamplingEnvoy(analysis, sidecar.node)
    if (envoy === undefined) return []
    return [
      {
        ...judgement,
        seen: [
          `the trace ends at ${nameSpan(host)}, ${countProbes(ended.length, all)}, although ${sidecar.service} traces the request that ${app} serves`,
          `${envoy.node} samples ${envoy.percent} % of the requests that come without a decision in x-request-id`,
        ],
        sources: ['S', 'E'],
      },
    ]
  })
}

function notForwarded(analysis: Analysis): Judgement[] {
  const groups = groupByPath(analysis.paths, (path) => {
    const proxies = proxiesOf(path).filter(({ span }) => span.requestId !== null)
    return proxies.flatMap((inbound) => {
      const outbound = proxies.find(({ span }) => span.node === inbound.span.node && span.kind === 'client')
      if (inbound.span.kind !== 'server' || outbound === undefined) return []
      if (outbound.span.requestId === inbound.span.requestId) return []
      const app = inbound.children.find(({ span }) => !span.proxy)?.span.service
      return [{ key: inbound.span.service, value: app ?? `the app behind ${inbound.span.service}` }]
    })
  })
  return [...groups.values()].flatMap((group): Judgement[] => {
    const [first] = group
    if (first === undefined || group.length < 2) return []
    return [
      {
        hop: first.value,
        seen: [`the request id differs before and after ${first.value}, ${countProbes(group.length, group.length)}`],
        cause: `${first.value} does not copy x-request-id to its calls`,
        sources: ['S'],
      },
    ]
  })
}
