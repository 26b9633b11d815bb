import path from 'node:path'
import type { Json, KubeObject } from '@throughline/lab-kube-api'
import { splitAddress, takeFreePort } from '@throughline/lab-programs'
import { renderMeshFile } from '../mesh-files.ts'
import type { ServiceName } from '../service-name.ts'
import type { IstioPlacement, IstioPlacementOptions, IstioPodPlacement } from './istio-placement.ts'
import { type PlaceBehind, placeOnLoopback } from './placement.ts'

/** Addresses that the pods claim. Nothing connects to them: endpoints and listeners are on 127.0.0.1. */
const podIps: Record<ServiceName, string> = { counting: '127.0.0.11', dashboard: '127.0.0.12' }

/**
 * Everything on 127.0.0.1, without root and without interception: each sidecar gets explicit listeners, and the page is
 * served through the dashboard's.
 *
 * @throws LabError TL_USAGE for a bypass that loopback does not offer
 */
export async function placeIstioOnLoopback(options: IstioPlacementOptions): Promise<IstioPlacement> {
  const { settings, ports, runDir, envoy } = options
  const openReason =
    "Without interception, every program on this machine reaches counting's loopback port regardless of the mesh's rules."
  const { placement, bypass } = placeOnLoopback({ settings, ports, runDir, mesh: 'Istio', openReason })
  const { counting, behind } = placement
  // The documented port is the page's, unless the caller starts the app there.
  const [page, app] =
    settings.services === 'expected' ? [await takeFreePort(), ports.dashboard] : [ports.dashboard, await takeFreePort()]
  const dashboard = `127.0.0.1:${app}`
  const portOf: Record<ServiceName, number> = { counting: ports.inbound, dashboard: page }
  const admin: Record<ServiceName, number> = { counting: ports.countingAdmin, dashboard: ports.dashboardAdmin }
  // The path of a socket has a limit, which a path below a sidecar's folder could exceed.
  const socketOf = (name: ServiceName): string => path.join(runDir, `${name}.traces`)
  const placePod = (name: ServiceName, listeners: string[]): IstioPodPlacement => ({
    adminUrl: `http://127.0.0.1:${admin[name]}`,
    listeners,
    settings: async (istiodPorts) => ({
      podIp: podIps[name],
      address: '127.0.0.1',
      port: portOf[name],
      // A listener of a sidecar serves the Service that has its port.
      servicePort: name === 'counting' ? ports.outbound : portOf[name],
      // The listener then answers to the address that the app calls.
      clusterIp: name === 'counting' ? '127.0.0.1' : undefined,
      annotations: await renderMeshFile('istio/loopback/annotations.yaml', {
        ENVOY: envoy,
        CERTIFICATE_TTL: `${settings.certificateSeconds}s`,
        ISTIOD_PORT: istiodPorts.secureXds,
        ADMIN_PORT: admin[name],
        HEALTH_PORT: await takeFreePort(),
        METRICS_PORT: await takeFreePort(),
      }),
    }),
    arrange: async () => {},
    placeAgent: (command) => command,
  })

  return {
    placement: { ...placement, dashboard, dashboardUrl: `http://127.0.0.1:${page}` },
    listensOn: [
      'outbound',
      'inbound',
      'countingAdmin',
      'dashboardAdmin',
      ...(settings.services === 'expected' ? [] : (['dashboard'] as const)),
    ],
    istiod: { host: '127.0.0.1', ports: {} },
    ports: portOf,
    countingPath: settings.ownService?.path,
    pods: {
      counting: placePod('counting', [
        `127.0.0.1_${portOf.counting}`,
        ...(behind ? [`127.0.0.1_${ports.counting}`] : []),
      ]),
      dashboard: placePod('dashboard', [`127.0.0.1_${portOf.dashboard}`, `127.0.0.1_${ports.outbound}`]),
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
      const sidecars = rendered as unknown as SidecarResource[]
      return behind === undefined ? sidecars : withWayOut(sidecars, behind)
    },
    loopbackOnly: true,
    bypass: () => bypass,
    close: async () => {},
  }
}

interface SidecarResource extends KubeObject {
  spec: { egress: Json[] }
}

/** Adds the listener from which a service in counting's place calls counting, and the entry that it leads to. */
async function withWayOut(
  [ofCounting, ...others]: SidecarResource[],
  { outbound, app }: PlaceBehind,
): Promise<KubeObject[]> {
  if (ofCounting === undefined) return others
  const { port } = splitAddress(outbound)
  const [egress, entry] = await Promise.all([
    renderMeshFile('istio/loopback/way-out.yaml', { WAY_OUT_PORT: port }),
    renderMeshFile('istio/loopback/behind.yaml', { WAY_OUT_PORT: port, APP_PORT: splitAddress(app).port }),
  ])
  const { spec } = ofCounting
  return [
    { ...ofCounting, spec: { ...spec, egress: [...spec.egress, egress] } },
    ...others,
    entry as unknown as KubeObject,
  ]
}

/** In the form of a Sidecar resource. */
function endpointOf(address: string): string {
  return address.startsWith('unix:/') ? `unix://${address.slice('unix:'.length)}` : address
}
