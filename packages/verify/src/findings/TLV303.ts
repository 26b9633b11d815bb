import { nameNode, spansOfNode } from './envoy-spans.ts'
import type { Rule } from './finding.ts'

export const TLV303: Rule = {
  id: 'TLV303',
  title: 'the proxy refused a listener, and its old rules stay in force',
  level: 'error',
  proof:
    'Envoy’s admin interface and stored spans: a listener has an error state or updates were rejected, and the proxy’s spans are missing.',
  explanation: [
    'Envoy validates each update as a whole. A refused update changes nothing: sampling, tracer and access rules of the last good version stay in force, while the control plane’s objects look right. Two causes are usual: a tracer that differs from the one the proxy started with (only one may exist), and a collector cluster that is not in the bootstrap.',
  ],
  fixes: [
    {
      text: 'read the reason in /config_dump?resource=dynamic_listeners (error_state), correct the entry; put tracer and collector cluster into the bootstrap, sampling into the listener, then restart the proxy',
    },
    {
      mesh: 'consul',
      text: 'envoy_tracing_json and the cluster go into ProxyDefaults before the sidecar starts; restart it after a change',
    },
    {
      mesh: 'istio',
      text: 'istioctl proxy-status shows the proxy as stale or rejected, istiod’s log has the reason; remove the EnvoyFilter or value that it names',
    },
  ],
  supersedes: [
    { id: 'TLV301', hop: 'same' },
    { id: 'TLV302', hop: 'same' },
  ],
  judge: (analysis) =>
    analysis.evidence.envoys.flatMap((envoy) => {
      const refused = envoy.listeners.find(({ error }) => error !== null)
      if (refused === undefined && envoy.listenerUpdatesRejected === 0) return []
      const direction = refused?.direction ?? undefined
      const spans = spansOfNode(analysis, envoy.node, direction)
      return [
        {
          hop: nameNode(envoy.node),
          seen: [
            refused === undefined
              ? `${nameNode(envoy.node)} has rejected ${envoy.listenerUpdatesRejected} updates of its listeners`
              : `${nameNode(envoy.node)} refused listener ${refused.name}: ${refused.error}`,
            ...(spans === 0 ? [`no probe left a span of its ${direction ?? 'listeners'}`] : []),
          ],
          cause: `${nameNode(envoy.node)} runs with the last configuration that it accepted, not with the one that is written`,
          sources: spans === 0 ? (['E', 'S'] as const satisfies ('E' | 'S')[]) : (['E'] as const satisfies 'E'[]),
          proven: spans === 0,
          decides: 'whether what it refused is about tracing: read the reason above',
        },
      ]
    }),
}
