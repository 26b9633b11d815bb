import type { SpanNode } from '../evidence/trace-forest.ts'
import type { Rule } from './finding.ts'

const PORTS = /:(4317|4318|9411|14268|14250|8126)$/
const PATHS = /^\/(v1\/(traces|metrics|logs)|api\/v2\/spans|opentelemetry\.proto\.collector\..*|v0\.[45]\/traces)$/

export const TLV405: Rule = {
  id: 'TLV405',
  title: 'telemetry itself is traced',
  level: 'note',
  proof: 'Stored spans: a proxy’s CLIENT span that begins a trace goes to a port or path of a collector.',
  explanation: [
    'An app exports its spans through its own sidecar, and the sidecar traces that request. Each export makes a trace, which fills the backend and counts against quotas.',
  ],
  fixes: [
    {
      text: 'exclude the collector’s ports (4317, 4318, 9411) from interception, or call the collector without the sidecar',
    },
    { mesh: 'istio', text: 'annotation traffic.sidecar.istio.io/excludeOutboundPorts: "4317,4318,9411" on the pod' },
    {
      mesh: 'consul',
      text: 'annotation consul.hashicorp.com/transparent-proxy-exclude-outbound-ports: "4317,4318,9411" on the pod',
    },
  ],
  judge: (analysis) => {
    const exports = analysis.nodes.filter(isExport)
    const services = [...new Set(exports.map(({ span }) => span.service))]
    return services.map((service) => {
      const exportsOfService = exports.filter(({ span }) => span.service === service)
      const [first] = exportsOfService
      return {
        hop: service,
        seen: [
          `${exportsOfService.length} traces begin at ${service}’s CLIENT span to ${first?.span.authority ?? 'a collector'}${first?.span.path ?? ''}`,
        ],
        cause: `the export of spans passes ${service} and is traced like any other request`,
        sources: ['S'],
      }
    })
  },
}

const isExport = ({ span, parent, link }: SpanNode): boolean =>
  parent === null &&
  link === null &&
  span.proxy &&
  span.kind !== 'server' &&
  (PORTS.test(span.authority ?? '') || PATHS.test(span.path ?? ''))
