import { versions } from '@throughline/lab-programs'
import { startSecondCounting } from '../istio/support/second-counting.ts'
import { startGateway } from '../support/start-gateway.ts'
import { expectIstioGuide } from './expect-guide.ts'
import { describeMeshContract } from './mesh-contract.ts'

describeMeshContract({
  name: 'istio',
  // As in a cluster: interception, certificates from istiod. It needs root.
  options: { mesh: 'istio', topology: 'namespaces' },
  programs: `Istio ${versions.istio.version}, Envoy ${versions.istio.envoy}`,
  tracingSources: ['istio/mesh-config.yaml', 'istio/telemetry.yaml', 'istio/tracing/opentelemetry.yaml'],
  entry: 'inbound-sidecar',
  controlPlane: { process: 'istiod', name: 'istiod' },
  bypasses: [
    { choice: 'open', open: false },
    { choice: 'closed', open: false },
  ],
  startGateway,
  guide: {
    title: '05: plain text to a strict sidecar is unreachable, not denied, and permissive mutual TLS opens the bypass',
    holds: expectIstioGuide,
  },
  startSecondCounting,
})
