import type { Rule } from './finding.ts'
import { countProbes, groupByPath, proxiesOf } from './support.ts'

export const TLV108: Rule = {
  id: 'TLV108',
  title: 'x-request-id is not forwarded',
  level: 'note',
  proof: 'S: the request id (guid:x-request-id) differs before and after an app.',
  explanation: [
    'Envoy gives each request an id and writes its sampling decision into one digit of it. Stock SDKs do not forward it, so the next sidecar makes a new one: logs of two hops can’t be joined by it, and a decision that was forced at the edge (x-envoy-force-trace) ends at the first app.',
    'The trace itself does not need it, unless proxies sample on their own.',
  ],
  fixes: [{ text: 'forward x-request-id, if it is a 36-character UUID, on each call that a request causes' }],
  judge: (analysis) => {
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
    return [...groups.values()].flatMap((group) => {
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
  },
}
