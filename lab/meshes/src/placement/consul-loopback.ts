import path from 'node:path'
import { isPortFree, LabError, takeFreePort } from '@throughline/lab-programs'
import type { PrepareOptions } from '../mesh-module.ts'
import { describeLoopbackBypass } from './loopback-bypass.ts'
import type { ConsulPlacement, ServicePlacement } from './consul-placement.ts'

/**
 * Everything on 127.0.0.1, without root: the dashboard calls its sidecar's listener, and counting is also where its app
 * listens, unless that is a socket.
 *
 * @throws LabError TL_USAGE for a bypass that there isn't here
 */
export async function placeConsulOnLoopback({ options, ports, runDir }: PrepareOptions): Promise<ConsulPlacement> {
  const { bypass = 'open' } = options
  if (bypass !== 'open' && bypass !== 'closed' && bypass !== 'socket') {
    const why = `"${bypass}" needs --topology namespaces`
    throw new LabError('TL_USAGE', `the bypass of a Consul sidecar on loopback can be open or closed; ${why}`)
  }
  const socket = bypass === 'open' ? undefined : `unix:${path.join(runDir, 'counting.sock')}`
  const counting = options.countingApp ?? socket ?? `127.0.0.1:${ports.counting}`
  const host = '127.0.0.1'
  const admin = (port: number): ServicePlacement['admin'] => ({
    bind: `${host}:${port}`,
    url: `http://${host}:${port}`,
  })
  const documented = (port: number): Promise<number> =>
    freePort((options.ports ?? 'free') === 'free' ? undefined : port)

  return {
    placement: {
      counting,
      dashboard: `${host}:${ports.dashboard}`,
      dashboardUrl: `http://${host}:${ports.dashboard}`,
      upstreamUrl: `http://${host}:${ports.outbound}`,
      countingInbound: `${host}:${ports.inbound}`,
      ...(!counting.startsWith('unix:') && { bypassUrl: `http://${counting}` }),
      host,
    },
    listensOn: ['outbound', 'inbound', 'countingAdmin', 'dashboardAdmin'],
    agent: {
      bind: host,
      client: host,
      ports: {
        http: await documented(8500),
        xds: await documented(8502),
        server: await takeFreePort(),
        serf: await takeFreePort(),
      },
    },
    services: {
      counting: {
        address: host,
        app: appAt(counting),
        inboundPort: ports.inbound,
        admin: admin(ports.countingAdmin),
        transparentProxy: false,
      },
      dashboard: {
        address: host,
        app: { address: host, port: ports.dashboard },
        inboundPort: await takeFreePort(),
        upstream: { address: host, port: ports.outbound },
        admin: admin(ports.dashboardAdmin),
        transparentProxy: false,
      },
    },
    arrange: async () => {},
    placeSidecar: (_name, command) => command,
    bypass: () =>
      describeLoopbackBypass(
        counting,
        'Counting listens on a loopback port: only its sidecar enforces the intention, and nothing forces a caller through it.',
      ),
    close: async () => {},
  }
}

/** Consul's own ports, when they are free; another Consul on this machine does not keep ours from starting. */
async function freePort(wanted: number | undefined): Promise<number> {
  return wanted !== undefined && (await isPortFree(wanted)) ? wanted : takeFreePort()
}

function appAt(address: string): ServicePlacement['app'] {
  if (address.startsWith('unix:')) return { socket: address.slice('unix:'.length) }
  const { hostname, port } = new URL(`http://${address}`)
  return { address: hostname, port: Number(port) }
}
