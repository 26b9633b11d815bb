import type { Rule } from './finding.ts'
import { countProbes, lostProxies, nameSpan } from './support.ts'

export const TLV203: Rule = {
  id: 'TLV203',
  title: 'a request whose x-request-id is not a UUID is not traced',
  level: 'note',
  proof:
    'A comparison of probes: with a UUID the request is traced, with another id it is not. An error when the caller’s own headers hold such an id.',
  explanation: [
    'Envoy draws its sampling decision from the UUID in x-request-id. From 1.39 on its opentelemetry tracer does not trace a request whose id is not a UUID, even if the caller’s context says sampled.',
  ],
  fixes: [
    {
      text: 'replace foreign ids at the edge (use_remote_address: true makes Envoy set its own), or set useRequestIdForTraceSampling: false in the UUID request id extension',
    },
    {
      mesh: 'istio',
      text: 'meshConfig.defaultConfig.tracing or an EnvoyFilter: request_id_extension with use_request_id_for_trace_sampling: false',
    },
  ],
  judge: (analysis) => {
    const lost = lostProxies(analysis, { present: 'w3c', absent: 'w3c-no-uuid' })
    const [first] = lost
    if (first === undefined) return []
    const all = analysis.of('w3c-no-uuid').length
    const { callerSendsNoUuid } = analysis.evidence
    return [
      {
        hop: first.span.service,
        level: callerSendsNoUuid ? 'error' : 'note',
        seen: [
          `with an x-request-id that is not a UUID ${nameSpan(first)} is missing, ${countProbes(all, all)}; with a UUID it is there`,
          ...(callerSendsNoUuid ? ['the headers of this request contain such an id'] : []),
        ],
        cause: `${first.span.service} draws its sampling decision from the UUID`,
        sources: ['S', 'D'],
      },
    ]
  },
}
