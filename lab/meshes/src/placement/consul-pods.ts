import fs from 'node:fs/promises'
import path from 'node:path'
import { answersOk, LabError } from '@throughline/lab-programs'
import { createPodNetwork, type Pod, type PodNetwork } from '@throughline/lab-pods'
import type { PrepareOptions } from '../mesh-module.ts'
import { type ServiceName, serviceNames } from '../service-name.ts'
import type { ConsulPlacement, ServicePlacement } from './consul-placement.ts'
import { describeBypass, placePods, type PodPlacement, type PodPlacements } from './pod-placement.ts'

/**
 * User of a sidecar that receives all traffic of its pod, by which the packet filter recognizes the sidecar's own
 * connections.
 */
const PROXY_USER = 5995
const INBOUND_PORT = 20_000
const ADMIN_PORT = 19_000

export interface ConsulPodsOptions {
  /** Default those for the chosen bypass. */
  pods?: PodPlacements
  /** Further names of this machine's address on the pods' network, where the trace backend listens. */
  backendHosts?: readonly string[]
}

/**
 * Each pod in a network namespace with an address of its own, the agent on this machine's side of their network. Needs
 * root.
 *
 * @throws LabError TL_USAGE without root, or for services that the lab does not start
 */
export async function placeConsulInPods(
  { settings, runDir, reaper }: PrepareOptions,
  { pods: placements = placePods(settings.bypass), backendHosts = [] }: ConsulPodsOptions = {},
): Promise<ConsulPlacement> {
  if (settings.services === 'expected' || settings.countingApp !== undefined) {
    throw new LabError('TL_USAGE', 'in network namespaces the lab starts its own two services')
  }
  const network = await createPodNetwork({ reaper }).catch((error: unknown) => {
    throw withRootlessAdvice(error)
  })
  try {
    const pods = { counting: await network.addPod('counting'), dashboard: await network.addPod('dashboard') }
    await nameHosts({ pods, placements, network, backendHosts })
    const socket = path.join(runDir, 'counting.sock')
    const appOf = ({ bind, port }: PodPlacement): string => (bind === undefined ? `unix:${socket}` : `${bind}:${port}`)
    const services = {
      counting: await placeService(pods.counting, placements.counting, socket),
      dashboard: await placeService(pods.dashboard, placements.dashboard, socket),
    }
    for (const name of serviceNames) {
      const { admitted } = placements[name]
      if (admitted) await pods[name].admit(admitted)
    }
    const bypassUrl = `http://${pods.counting.address}:${placements.counting.port}`
    const { upstream } = services.dashboard
    const redirected = new Set<ServiceName>()
    return {
      placement: {
        counting: appOf(placements.counting),
        dashboard: appOf(placements.dashboard),
        dashboardUrl: `http://${pods.dashboard.address}:${placements.dashboard.port}`,
        upstreamUrl: upstream === undefined ? bypassUrl : `http://${upstream.address}:${upstream.port}`,
        upstreamUrlFromHere: upstream && `http://127.0.0.1:${await pods.dashboard.forward({ port: upstream.port })}`,
        bypassUrl,
        countingInbound: `${pods.counting.address}:${INBOUND_PORT}`,
        host: network.host,
        place: (name, command) => pods[name].place(command, { uid: placements[name].uid }),
        isReady: async (name) => {
          // A socket is a file, which is reachable from every network namespace.
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
      services,
      async arrange(name, { consul, agentUrl, proxyId, logFile }) {
        const { transparentProxy } = placements[name]
        if (transparentProxy === undefined) return
        await fs.chown(logFile, PROXY_USER, PROXY_USER)
        // Before its Envoy starts: new rules would break the configuration stream of a running one.
        if (redirected.has(name)) return
        redirected.add(name)
        const { excludeInbound, excludeOutbound } = transparentProxy
        await pods[name].run([
          consul,
          'connect',
          'redirect-traffic',
          `-http-addr=${agentUrl}`,
          `-proxy-id=${proxyId}`,
          `-proxy-uid=${PROXY_USER}`,
          // The trace backend and the control API are outside the mesh. A chart names its own exceptions.
          ...(excludeOutbound.length === 0 ? [`-exclude-outbound-cidr=${network.host}/32`] : []),
          ...excludeInbound.map((port) => `-exclude-inbound-port=${port}`),
          ...excludeOutbound.map((port) => `-exclude-outbound-port=${port}`),
        ])
      },
      placeSidecar: (name, command) =>
        pods[name].place(command, { uid: placements[name].transparentProxy && PROXY_USER }),
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
    inboundPort: INBOUND_PORT,
    upstream: upstreamPort === undefined ? undefined : { address: '127.0.0.1', port: upstreamPort },
    admin: {
      bind: `127.0.0.1:${ADMIN_PORT}`,
      url: `http://127.0.0.1:${await pod.forward({ port: ADMIN_PORT })}`,
    },
    transparentProxy: transparentProxy !== undefined,
  }
}

async function nameHosts(options: {
  pods: Record<ServiceName, Pod>
  placements: PodPlacements
  network: PodNetwork
  backendHosts: readonly string[]
}): Promise<void> {
  const { pods, placements, network, backendHosts } = options
  const hosts = Object.fromEntries([
    ...placements.counting.hosts.map((host) => [host, pods.counting.address]),
    ...placements.dashboard.hosts.map((host) => [host, pods.dashboard.address]),
    ...backendHosts.map((host) => [host, network.host]),
  ]) as Record<string, string>
  await pods.counting.setHosts(hosts)
  await pods.dashboard.setHosts(hosts)
}

/** Without root, a unix socket still closes the bypass. */
function withRootlessAdvice(error: unknown): unknown {
  if (!(error instanceof LabError) || error.code !== 'TL_USAGE') return error
  const advice = 'Without root, --bypass closed puts counting on a unix socket there'
  return new LabError('TL_USAGE', `${error.message}. ${advice}`, { cause: error })
}
