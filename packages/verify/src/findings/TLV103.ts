import type { Analysis } from '../evidence/analyse.ts'
import { formatsOfProxies, formatsRead } from '../evidence/formats.ts'
import type { Judgement, Rule } from './finding.ts'
import { calleeBelow, describeFragment, type OpenCall, openCalls } from './open-calls.ts'
import { countProbes, formatMs, nameSpan } from './support.ts'

export const TLV103: Rule = {
  id: 'TLV103',
  title: 'app and sidecar speak different formats',
  level: 'error',
  proof:
    'Two facts in stored spans: the callee’s parent is the caller’s CLIENT span, and the proxies between them are in a trace of their own; or stored spans and a comparison of probes: the app joins a probe of one format only, the proxies one of the other.',
  explanation: [
    'Envoy’s zipkin tracer reads and writes x-b3-*, its opentelemetry tracer traceparent. An app whose SDK speaks the other one passes its context through unchanged: apps see each other, sidecars see each other, but apps and sidecars do not.',
    'In the backend there are two traces for one request: the apps’, without a sidecar in it, and the sidecars’, inside the caller’s CLIENT span.',
  ],
  fixes: [
    {
      text: 'let one side speak the other’s format: Envoy’s zipkin tracer with trace_context_option: USE_B3_WITH_W3C_PROPAGATION (Envoy ≥ 1.36), or its opentelemetry tracer, or OTEL_PROPAGATORS with b3multi in the apps',
    },
    {
      mesh: 'istio',
      text: 'Istio ≥ 1.28: traceContextOption: USE_B3_WITH_W3C_PROPAGATION on the zipkin provider of meshConfig.extensionProviders; before that an opentelemetry provider',
    },
    {
      mesh: 'consul',
      text: 'in envoy_tracing_json (ProxyDefaults) take envoy.tracers.opentelemetry, or set trace_context_option: USE_B3_WITH_W3C_PROPAGATION on envoy.tracers.zipkin; restart the sidecars',
    },
  ],
  supersedes: [
    { id: 'TLV101', hop: 'same' },
    { id: 'TLV102', hop: 'same' },
    { id: 'TLV104', hop: 'any' },
  ],
  judge: (analysis) => {
    const found = [...skippedProxies(analysis), ...otherFormat(analysis), ...twoTracers(analysis)]
    return found.filter(({ hop }, index) => found.findIndex((earlier) => earlier.hop === hop) === index)
  },
}

/** The callee is the child of the caller, and the proxies between them are somewhere else. */
function skippedProxies(analysis: Analysis): Judgement[] {
  return openCalls(analysis, ['client-proxy']).flatMap((call) => {
    const link = call.links.find(({ host }) => calleeBelow(host) !== undefined)
    const callee = link && calleeBelow(link.host)
    if (link === undefined || callee === undefined) return []
    const { host, root } = link
    return [
      judgement(call, {
        hop: host.span.service,
        seen: [
          `${nameSpan(host)} (${formatMs(host.span.durationUs)}) contains a separate trace: ${describeFragment(root)}, ${countProbes(call.paths.length, call.paths.length)}`,
          `${callee.span.service}’s parent is ${nameSpan(host)}, skipping ${root.span.service}`,
        ],
        cause: formatCause(analysis, host.span.service, root.span.service),
        sources: ['S', 'S'],
        proven: call.certain,
        break: { after: host.span.service, before: root.span.service },
        language: host.span.language,
      }),
    ]
  })
}

/** The app reads a format that the proxies don't. */
function otherFormat(analysis: Analysis): Judgement[] {
  const proxies = formatsOfProxies(analysis)
  return openCalls(analysis, ['proxy-app', 'client-proxy', 'server-proxy']).flatMap((call) => {
    const [link] = call.links
    if (link === undefined) return []
    const { host, root } = link
    const app = host.span.proxy ? root : host
    const hop = app.span.service
    const reads = formatsRead(analysis, ({ span }) => !span.proxy && span.service === hop)
    if (reads.size === 0 || [...reads].some((format) => proxies.has(format))) return []
    return [
      judgement(call, {
        hop,
        seen: [
          `${nameSpan(host)} contains a separate trace: ${describeFragment(root)}, ${countProbes(call.paths.length, call.paths.length)}`,
          `${hop} joins the trace of a probe that sends ${[...reads].map(nameFormat).join(' or ')} only, and its sidecar does not`,
        ],
        cause: formatCause(analysis, hop, host.span.proxy ? host.span.service : root.span.service),
        sources: ['S', 'D'],
        proven: call.certain,
        break: { after: host.span.service, before: root.span.service },
        language: app.span.language,
      }),
    ]
  })
}

/** Two proxies of one path have different tracers. */
function twoTracers(analysis: Analysis): Judgement[] {
  return openCalls(analysis, ['proxy-proxy']).flatMap((call) => {
    const [link] = call.links
    if (link === undefined) return []
    const { host, root } = link
    const tracers = [host.span.tracer, root.span.tracer]
    return [
      judgement(call, {
        hop: host.span.service,
        seen: [
          `${nameSpan(host)} contains a separate trace: ${describeFragment(root)}, ${countProbes(call.paths.length, call.paths.length)}`,
          ...(tracers[0] !== tracers[1]
            ? [`${host.span.service} traces with ${tracers[0]}, ${root.span.service} with ${tracers[1]}`]
            : []),
        ],
        cause: `${root.span.service} does not read the format that ${host.span.service} writes`,
        sources: ['S', 'D'],
        proven: call.certain && tracers[0] !== tracers[1],
        break: { after: host.span.service, before: root.span.service },
      }),
    ]
  })
}

function judgement(call: OpenCall, judged: Judgement): Judgement {
  return call.certain
    ? judged
    : { ...judged, decides: 'probes at a quiet time: other requests overlap, and their spans can’t be told from these' }
}

function formatCause(analysis: Analysis, app: string, proxy: string): string {
  const [format] = formatsOfProxies(analysis)
  const tracer = analysis.nodes.find(({ span }) => span.service === proxy && span.tracer !== null)?.span.tracer
  const reads = tracer === 'zipkin' ? 'x-b3-*' : format === 'b3' ? 'x-b3-*' : 'traceparent'
  const sends = reads === 'traceparent' ? 'B3' : 'traceparent'
  return `the tracer of ${proxy} is ${tracer ?? 'another'} and reads ${reads}; ${app} sends ${sends} only`
}

const nameFormat = (format: 'w3c' | 'b3'): string => (format === 'w3c' ? 'W3C' : 'B3')
