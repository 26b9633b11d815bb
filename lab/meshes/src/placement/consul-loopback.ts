import { isPortFree, splitAddress, takeFreePort } from '@throughline/lab-programs'
import type { PrepareOptions } from '../mesh-module.ts'
import type { ConsulPlacement, ServicePlacement } from './consul-placement.ts'
import { placeOnLoopback } from './placement.ts'

const HOST = '127.0.0.1'

/**
 * Agent, sidecars and services on 127.0.0.1, without root.
 *
 * @throws LabError TL_USAGE for a bypass that loopback does not offer
 */
export async function placeConsulOnLoopback({ settings, ports, runDir }: PrepareOptions): Promise<ConsulPlacement> {
  const openReason =
    'Counting listens on a loopback port: only its sidecar checks intentions, and a caller can bypass it.'
  const { placement, bypass } = placeOnLoopback({ settings, ports, runDir, mesh: 'Consul', openReason })
  const admin = (port: number): ServicePlacement['admin'] => ({
    bind: `${HOST}:${port}`,
    url: `http://${HOST}:${port}`,
  })
  const documented = (port: number): Promise<number> => freePort(settings.ports === 'free' ? undefined : port)

  return {
    placement,
    listensOn: ['outbound', 'inbound', 'countingAdmin', 'dashboardAdmin'],
    agent: {
      bind: HOST,
      client: HOST,
      ports: {
        http: await documented(8500),
        xds: await documented(8502),
        server: await takeFreePort(),
        serf: await takeFreePort(),
      },
    },
    services: {
      counting: {
        address: HOST,
        app: appAt(placement.counting),
        inboundPort: ports.inbound,
        behind: placement.behind,
        admin: admin(ports.countingAdmin),
        transparentProxy: false,
      },
      dashboard: {
        address: HOST,
        app: { address: HOST, port: ports.dashboard },
        inboundPort: await takeFreePort(),
        upstream: { address: HOST, port: ports.outbound },
        admin: admin(ports.dashboardAdmin),
        transparentProxy: false,
      },
    },
    arrange: async () => {},
    placeSidecar: (_name, command) => command,
    bypass: () => bypass,
    close: async () => {},
  }
}

/** One of Consul's own ports, or a free one: another Consul on this machine must not keep the lab from starting. */
async function freePort(preferred: number | undefined): Promise<number> {
  return preferred !== undefined && (await isPortFree(preferred)) ? preferred : takeFreePort()
}

function appAt(address: string): ServicePlacement['app'] {
  if (address.startsWith('unix:')) return { socket: address.slice('unix:'.length) }
  const { host, port } = splitAddress(address)
  return { address: host, port }
}
