import path from 'node:path'
import { LabError, takeFreePort } from '@throughline/lab-programs'
import { renderMeshFile } from '../mesh-files.ts'
import type { ServiceName } from '../service-name.ts'
import { describeLoopbackBypass } from './loopback-bypass.ts'
import type { IstioPlacement, IstioPlacementOptions } from './istio-placement.ts'
import type { KubeObject } from '@throughline/lab-kube-api'

/** What the pods report. No client connects there: endpoints and listeners are on 127.0.0.1. */
const podIps: Record<ServiceName, string> = { counting: '127.0.0.11', dashboard: '127.0.0.12' }

/**
 * Everything on 127.0.0.1, without root and without interception: each sidecar is told its listeners, and the page is
 * served through the dashboard's.
 *
 * @throws LabError TL_USAGE for a bypass that there isn't here
 */
export async function placeIstioOnLoopback({
  options,
  ports,
  runDir,
  envoy,
}: IstioPlacementOptions): Promise<IstioPlacement> {
  const { bypass = 'open', services } = options
  if (bypass !== 'open' && bypass !== 'closed' && bypass !== 'socket') {
    throw new LabError('TL_USAGE', `the bypass of an Istio sidecar on loopback can be open or closed, not "${bypass}"`)
  }
  // The documented port is the page's, unless another program starts the app there.
  const [page, app] =
    services === 'expected' ? [await takeFreePort(), ports.dashboard] : [ports.dashboard, await takeFreePort()]
  const socket = bypass === 'open' ? undefined : `unix:${path.join(runDir, 'counting.sock')}`
  const counting = options.countingApp ?? socket ?? `127.0.0.1:${ports.counting}`
  const dashboard = `127.0.0.1:${app}`
  const portOf: Record<ServiceName, number> = { counting: ports.inbound, dashboard: page }
  const admin: Record<ServiceName, number> = { counting: ports.countingAdmin, dashboard: ports.dashboardAdmin }
  // A path below the folder of a sidecar could be longer than a socket's may be.
  const socketOf = (name: ServiceName): string => path.join(runDir, `${name}.traces`)

  return {
    placement: {
      counting,
      dashboard,
      dashboardUrl: `http://127.0.0.1:${page}`,
      upstreamUrl: `http://127.0.0.1:${ports.outbound}`,
      countingInbound: `127.0.0.1:${ports.inbound}`,
      ...(!counting.startsWith('unix:') && { bypassUrl: `http://${counting}` }),
      host: '127.0.0.1',
    },
    listensOn: [
      'outbound',
      'inbound',
      'countingAdmin',
      'dashboardAdmin',
      ...(services === 'expected' ? [] : (['dashboard'] as const)),
    ],
    istiod: { host: '127.0.0.1', ports: {} },
    ports: portOf,
    sidecars: {
      counting: { adminUrl: `http://127.0.0.1:${admin.counting}`, listeners: [`127.0.0.1_${portOf.counting}`] },
      dashboard: {
        adminUrl: `http://127.0.0.1:${admin.dashboard}`,
        listeners: [`127.0.0.1_${portOf.dashboard}`, `127.0.0.1_${ports.outbound}`],
      },
    },
    async renderSidecars() {
      const rendered = await Promise.all([
        renderMeshFile('istio/loopback/counting.yaml', {
          COUNTING_PORT: portOf.counting,
          COUNTING_APP: endpointOf(counting),
          SOCKET: socketOf('counting'),
        }),
        renderMeshFile('istio/loopback/dashboard.yaml', {
          DASHBOARD_PORT: portOf.dashboard,
          DASHBOARD_APP: dashboard,
          UPSTREAM_PORT: ports.outbound,
          SOCKET: socketOf('dashboard'),
        }),
      ])
      return rendered as unknown as KubeObject[]
    },
    podSettings: async (name, istiodPorts) => ({
      podIp: podIps[name],
      address: '127.0.0.1',
      port: portOf[name],
      // A listener of a sidecar serves the Service that has its port.
      servicePort: name === 'counting' ? ports.outbound : portOf[name],
      // The listener then answers to the address that the app calls.
      ...(name === 'counting' && { clusterIp: '127.0.0.1' }),
      annotations: await renderMeshFile('istio/loopback/annotations.yaml', {
        ENVOY: envoy,
        CERTIFICATE_TTL: `${options.certificateSeconds ?? 86_400}s`,
        ISTIOD_PORT: istiodPorts.secureXds,
        ADMIN_PORT: admin[name],
        HEALTH_PORT: await takeFreePort(),
        METRICS_PORT: await takeFreePort(),
      }),
    }),
    loopbackOnly: true,
    arrange: async () => {},
    placeAgent: (_name, command) => command,
    bypass: () =>
      describeLoopbackBypass(
        counting,
        'Without interception, counting is open on its own loopback port to every process on this machine, whatever the mesh is told.',
      ),
    close: async () => {},
  }
}

/** As a Sidecar resource has it. */
function endpointOf(address: string): string {
  return address.startsWith('unix:/') ? `unix://${address.slice('unix:'.length)}` : address
}
