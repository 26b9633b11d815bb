import type { Rule } from './finding.ts'
import { appsOf, countProbes, proxiesOf } from './support.ts'

export const TLV601: Rule = {
  id: 'TLV601',
  title: 'the app answers without its sidecar',
  level: 'error',
  proof: 'The answer and stored spans: the address of --bypass answers, and no proxy left a span of it.',
  explanation: [
    'The sidecar enforces rules and mutual TLS. An app that others can reach directly answers them without either, and its traces lack the sidecar.',
  ],
  fixes: [
    {
      text: 'let the app listen on loopback or on a Unix socket that only its sidecar opens; or intercept all inbound traffic; or admit the sidecar’s port only',
    },
    { mesh: 'istio', text: 'PeerAuthentication mode: STRICT, and no excludeInboundPorts for the app’s port' },
    {
      mesh: 'consul',
      text: 'transparent proxy, or bind the app to 127.0.0.1 and let a NetworkPolicy admit 20000 only',
    },
  ],
  judge: (analysis) => {
    const probes = analysis.of('bypass')
    const answered = probes.filter(({ probe }) => probe.status !== null && probe.status !== 403 && probe.words === null)
    const [first] = answered
    if (first === undefined) return []
    const withoutProxy = answered.filter((path) => proxiesBeforeApp(path) === 0)
    if (withoutProxy.length === 0) return []
    const app = appsOf(first)[0]?.span
    return [
      {
        hop: app?.service ?? 'the app',
        seen: [
          `${analysis.evidence.bypass} answered ${first.probe.status}, ${countProbes(answered.length, probes.length)}`,
          app === undefined
            ? 'no proxy left a span of it, nor did an app'
            : `${app.service}’s span is the first of these requests: no proxy is before it`,
        ],
        cause: `${app?.service ?? 'the app'} can be called without its sidecar, so no rule of the mesh applies`,
        sources: app === undefined ? ['W'] : ['W', 'S'],
        proven: app !== undefined,
        decides: 'a span of the app, which would show that no proxy was before it',
        language: app?.language ?? null,
      },
    ]
  },
}

/** Proxies that are not below an app: those a request came through. */
function proxiesBeforeApp(path: Parameters<typeof proxiesOf>[0]): number {
  return proxiesOf(path).filter((node) => {
    for (
      let above = node.parent ?? node.link?.host ?? null;
      above !== null;
      above = above.parent ?? above.link?.host ?? null
    ) {
      if (!above.span.proxy) return false
    }
    return true
  }).length
}
