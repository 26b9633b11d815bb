import { versions } from '@throughline/lab-programs'
import { describeMeshContract } from './mesh-contract.ts'

describeMeshContract({
  name: 'static-envoy',
  options: { mesh: 'static-envoy' },
  programs: `Envoy ${versions.envoy.default}`,
  tracingSources: ['envoy/tracing/opentelemetry.yaml'],
  bypasses: [
    { choice: 'open', open: true },
    { choice: 'socket', open: false },
  ],
})
