import { versions } from '@throughline/lab-programs'
import { startSecondCounting } from '../consul/support/second-counting.ts'
import { expectConsulGuide } from './expect-guide.ts'
import { describeMeshContract } from './mesh-contract.ts'

describeMeshContract({
  name: 'consul',
  options: { mesh: 'consul' },
  programs: `Consul ${versions.consul.version}, Envoy ${versions.consul.envoy}`,
  tracingSources: ['entry', 'cluster', 'opentelemetry', 'sampling'].map((name) => `consul/proxy-defaults/${name}.yaml`),
  controlPlane: { process: 'consul', name: 'Consul' },
  bypasses: [
    { choice: 'open', open: true },
    { choice: 'socket', open: false },
    // Each pod with an address of its own, as in a cluster. It needs root.
    ...(['open', 'loopback', 'packet-filter', 'transparent-proxy'] as const).map((choice) => ({
      choice,
      open: choice === 'open',
      options: { topology: 'namespaces' as const },
    })),
  ],
  guide: {
    title: '04: the page links to Consul’s own UI, and with the protocol tcp a denial is unreachable, without spans',
    holds: expectConsulGuide,
  },
  startSecondCounting,
})
