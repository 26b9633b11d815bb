import { nameNode } from './envoy-spans.ts'
import type { Rule } from './finding.ts'
import { podsOf, spansOfPod } from './objects/calls.ts'
import { opaqueByFiles } from './objects/declared-hops.ts'
import { opaquePort } from './objects/port-protocol.ts'

export const TLV401: Rule = {
  id: 'TLV401',
  title: 'the hop is not HTTP for the mesh',
  level: 'error',
  proof:
    'Objects of Kubernetes or of the mesh, and stored spans: the port is declared as a protocol of bytes, and no proxy left a span of the call.',
  explanation: [
    'A sidecar reads HTTP only where the mesh says so: by a port’s appProtocol or the beginning of its name in Istio, by ServiceDefaults or ProxyDefaults in Consul. Otherwise it forwards bytes: no span, no HTTP rule, no retry. The apps’ own trace looks whole, without a sidecar in it.',
  ],
  fixes: [
    { mesh: 'istio', text: 'appProtocol: http on the port of the Service, or a name that begins with http' },
    {
      mesh: 'consul',
      text: 'ServiceDefaults of the called service: spec.protocol: http, or config.protocol: http in ProxyDefaults global',
    },
  ],
  // What reads no requests leaves no spans, whatever it was started with.
  supersedes: [{ id: 'TLV307', hop: 'any' }],
  judgesFiles: true,
  judge: (analysis) => {
    const { cluster } = analysis.evidence
    if (cluster === null) return []
    if (cluster.declared !== undefined) return opaqueByFiles(cluster)
    return cluster.services.flatMap((service) => {
      const opaque = opaquePort(cluster, service)
      const pods = podsOf(cluster, service)
      if (opaque === undefined || pods.some((pod) => spansOfPod(analysis, cluster, pod) > 0)) return []
      const { protocol, object, fix } = opaque
      const target = service.port?.target
      const chains = analysis.evidence.envoys.flatMap(({ node, listeners }) =>
        listeners.flatMap(({ ports }) => ports.filter(({ port, http }) => port === target && !http).map(() => node)),
      )
      return [
        {
          hop: service.service,
          seen: [
            `${service.port === null ? 'the service' : `port ${service.port.port}`} of ${service.service} is declared ${protocol}`,
            `no probe left a span of a sidecar of ${service.service}`,
            ...(chains[0] === undefined ? [] : [`${nameNode(chains[0])} forwards bytes at port ${target}`]),
          ],
          cause: `the sidecars forward ${protocol} without reading it, so they make no span and apply no rule of HTTP`,
          sources: [object.kind === 'Service' ? ('K' as const) : ('C' as const), 'S' as const],
          object,
          fix,
        },
      ]
    })
  },
}
