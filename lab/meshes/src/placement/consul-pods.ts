import fs from 'node:fs/promises'
import path from 'node:path'
import { answersOk, LabError } from '@throughline/lab-programs'
import type { PrepareOptions } from '../mesh-module.ts'
import { createPodNetwork, type Pod, type PodNetwork } from '@throughline/lab-pods'
import type { ServiceName } from '../service-name.ts'
import type { ConsulPlacement, ServicePlacement } from './consul-placement.ts'
import { describeBypass, placePods, type PodPlacement, type PodPlacements } from './pod-placement.ts'

/** User of a sidecar that has all traffic of its pod: the packet filter lets its own connections through by it. */
const proxyUser = 5995
const inboundPort = 20_000
const adminPort = 19_000

export interface ConsulPodsOptions {
  /** Default: those of `options.bypass`. */
  pods?: PodPlacements
  /** Further names of this machine's address on the pods' network, where the trace backend listens. */
  backendHosts?: readonly string[]
}

/**
 * Each pod in a network namespace with an address of its own, the agent on this machine's side of their network. Needs
 * root.
 *
 * @throws LabError TL_USAGE without root, or for other services than ours
 */
export async function placeConsulInPods(
  { options, runDir, reaper }: PrepareOptions,
  { pods: placements = placePods(options.bypass ?? 'open'), backendHosts = [] }: ConsulPodsOptions = {},
): Promise<ConsulPlacement> {
  if (options.services === 'expected' || options.countingApp !== undefined) {
    throw new LabError('TL_USAGE', 'in network namespaces the services are the ones of this repository')
  }
  const network = await createPodNetwork({ reaper }).catch((error: unknown) => {
    throw withRootlessWay(error)
  })
  try {
    const pods = { counting: await network.addPod('counting'), dashboard: await network.addPod('dashboard') }
    await nameHosts({ pods, placements, network, backendHosts })
    const socket = path.join(runDir, 'counting.sock')
    const appOf = ({ bind, port }: PodPlacement): string => (bind === undefined ? `unix:${socket}` : `${bind}:${port}`)
    const places = {
      counting: await placeService(pods.counting, placements.counting, socket),
      dashboard: await placeService(pods.dashboard, placements.dashboard, socket),
    }
    for (const name of ['counting', 'dashboard'] as const) {
      const { admitted } = placements[name]
      if (admitted) await pods[name].admit(admitted)
    }
    const bypassUrl = `http://${pods.counting.address}:${placements.counting.port}`
    const { upstream } = places.dashboard
    const redirected = new Set<ServiceName>()
    return {
      placement: {
        counting: appOf(placements.counting),
        dashboard: appOf(placements.dashboard),
        dashboardUrl: `http://${pods.dashboard.address}:${placements.dashboard.port}`,
        upstreamUrl: upstream === undefined ? bypassUrl : `http://${upstream.address}:${upstream.port}`,
        ...(upstream && {
          upstreamUrlFromHere: `http://127.0.0.1:${await pods.dashboard.forward({ port: upstream.port })}`,
        }),
        bypassUrl,
        countingInbound: `${pods.counting.address}:${inboundPort}`,
        host: network.host,
        place: (name, command) => {
          const { uid } = placements[name]
          return pods[name].place(command, uid === undefined ? {} : { uid })
        },
        isReady: async (name) => {
          // A socket is a file of this machine's, whatever namespace its server is in.
          if (placements[name].bind === undefined)
            return answersOk('http://localhost/health/ready', { socketPath: socket })
          const answer = await pods[name].ask(`http://127.0.0.1:${placements[name].port}/health/ready`)
          return answer.status === 200
        },
      },
      listensOn: [],
      agent: {
        bind: network.host,
        client: network.host,
        ports: { http: 8500, xds: 8502, server: 8300, serf: 8301 },
      },
      services: places,
      async arrange(name, { consul, agentUrl, proxyId, logFile }) {
        const { transparentProxy } = placements[name]
        if (transparentProxy === undefined) return
        await fs.chown(logFile, proxyUser, proxyUser)
        // Before its Envoy: rules put under one that runs would break its stream of configuration.
        if (redirected.has(name)) return
        redirected.add(name)
        const { excludeInbound, excludeOutbound } = transparentProxy
        await pods[name].run([
          consul,
          'connect',
          'redirect-traffic',
          `-http-addr=${agentUrl}`,
          `-proxy-id=${proxyId}`,
          `-proxy-uid=${proxyUser}`,
          // What the lab has outside the mesh: trace backend and the page's switches. A chart says itself what it leaves out.
          ...(excludeOutbound.length === 0 ? [`-exclude-outbound-cidr=${network.host}/32`] : []),
          ...excludeInbound.map((port) => `-exclude-inbound-port=${port}`),
          ...excludeOutbound.map((port) => `-exclude-outbound-port=${port}`),
        ])
      },
      placeSidecar: (name, command) =>
        pods[name].place(command, placements[name].transparentProxy ? { uid: proxyUser } : {}),
      bypass: ({ mtls }) => ({
        address: placements.counting.bind === undefined ? appOf(placements.counting) : bypassUrl,
        ...describeBypass(placements.counting, mtls),
      }),
      close: network.close,
    }
  } catch (error) {
    await network.close()
    throw error
  }
}

async function placeService(pod: Pod, placement: PodPlacement, socket: string): Promise<ServicePlacement> {
  const { bind, port, upstreamPort, transparentProxy } = placement
  return {
    address: pod.address,
    app: bind === undefined ? { socket } : { address: '127.0.0.1', port },
    inboundPort,
    ...(upstreamPort !== undefined && { upstream: { address: '127.0.0.1', port: upstreamPort } }),
    admin: {
      bind: `127.0.0.1:${adminPort}`,
      url: `http://127.0.0.1:${await pod.forward({ port: adminPort })}`,
    },
    transparentProxy: transparentProxy !== undefined,
  }
}

async function nameHosts(given: {
  pods: Record<ServiceName, Pod>
  placements: PodPlacements
  network: PodNetwork
  backendHosts: readonly string[]
}): Promise<void> {
  const { pods, placements, network, backendHosts } = given
  const hosts = Object.fromEntries([
    ...placements.counting.hosts.map((host) => [host, pods.counting.address]),
    ...placements.dashboard.hosts.map((host) => [host, pods.dashboard.address]),
    ...backendHosts.map((host) => [host, network.host]),
  ]) as Record<string, string>
  await pods.counting.setHosts(hosts)
  await pods.dashboard.setHosts(hosts)
}

/** Who may not make namespaces can still close the bypass. */
function withRootlessWay(error: unknown): unknown {
  if (!(error instanceof LabError) || error.code !== 'TL_USAGE') return error
  const advice = 'Without root, --bypass closed of that topology puts counting on a unix socket'
  return new LabError('TL_USAGE', `${error.message}. ${advice}`, { cause: error })
}
