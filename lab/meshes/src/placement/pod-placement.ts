import { LabError } from '@throughline/lab-programs'
import type { BypassChoice } from '../lab-options.ts'
import type { ServiceName } from '../service-name.ts'
import type { ConsulState } from '../consul/consul-settings.ts'
import type { ChartPlacement, ChartPod } from '../consul/read-chart.ts'

/** One pod of the lab, as decided by the lab or by a chart. */
export interface PodPlacement extends Pick<ChartPod, 'port' | 'uid' | 'transparentProxy' | 'admitted' | 'hosts'> {
  /** Address that its app listens on; absent when that is a unix socket. */
  bind?: string | undefined
  /** Port of its own loopback that leads to counting; absent where nothing calls it. */
  upstreamPort?: number | undefined
}

export type PodPlacements = Record<ServiceName, PodPlacement>

/** Ports of the apps, as in a cluster: each pod has an address of its own. */
const ports = { counting: 9001, dashboard: 9002 }

/** Counting's pod for each choice of the bypass; the app listens on every address in all but the last two. */
const countingPods = {
  open: { bind: '0.0.0.0' },
  'packet-filter': { bind: '0.0.0.0', admitted: [20_000] },
  'transparent-proxy': { bind: '0.0.0.0', transparentProxy: { excludeInbound: [], excludeOutbound: [] } },
  loopback: { bind: '127.0.0.1' },
  socket: {},
} satisfies Record<Exclude<BypassChoice, 'closed'>, Partial<PodPlacement>>

/** The two pods for a choice of the bypass; `closed` is the cheapest way, the app on its pod's loopback. */
export function placePods(bypass: BypassChoice): PodPlacements {
  const counting: Partial<PodPlacement> = countingPods[bypass === 'closed' ? 'loopback' : bypass]
  const redirected = counting.transparentProxy !== undefined
  return {
    counting: { port: ports.counting, hosts: ['counting'], ...counting },
    dashboard: {
      port: ports.dashboard,
      bind: '0.0.0.0',
      hosts: ['dashboard'],
      // A dedicated listener: without it, a denied caller would see a reset instead of a 403.
      upstreamPort: ports.counting,
      // The page is for browsers, which are outside the mesh.
      transparentProxy: redirected ? { excludeInbound: [ports.dashboard], excludeOutbound: [] } : undefined,
    },
  }
}

/**
 * The two pods as a chart has them.
 *
 * @throws LabError TL_MESH_CONFIG_INVALID when a pod is missing
 */
export function podsOfChart({ pods }: ChartPlacement): PodPlacements {
  const named = (name: ServiceName): PodPlacement => {
    const pod = pods.find((candidate) => candidate.name === name)
    if (pod === undefined) throw new LabError('TL_MESH_CONFIG_INVALID', `the chart has no pod ${name} with a sidecar`)
    const { port, uid, transparentProxy, admitted, hosts, env, upstreams } = pod
    const upstreamPort = upstreams.find((upstream) => upstream.name === 'counting')?.port
    return { port, hosts, bind: env['HOST'] ?? '0.0.0.0', uid, transparentProxy, admitted, upstreamPort }
  }
  return { counting: named('counting'), dashboard: named('dashboard') }
}

/**
 * Whether counting's own address is closed to callers that bypass its sidecar, and why; one sentence.
 *
 * @param mtls mode of counting's sidecar, for traffic that a transparent proxy redirects; default strict
 */
export function describeBypass(
  { bind, port, admitted, transparentProxy }: PodPlacement,
  mtls: ConsulState['mtls'] = 'strict',
): { closed: boolean; reason: string } {
  const redirected = transparentProxy !== undefined && !transparentProxy.excludeInbound.includes(port)
  if (bind === undefined) {
    return { closed: true, reason: 'Counting listens on a unix socket of its pod, which no one outside can open.' }
  }
  if (admitted && !admitted.includes(port)) {
    return { closed: true, reason: "A packet filter admits callers to the sidecar's port and to no other." }
  }
  // This comes before the app's own address, because a sidecar reaches its app on loopback as well.
  if (redirected) {
    return mtls === 'strict'
      ? { closed: true, reason: 'A transparent proxy sends every connection to the sidecar, which resets plain text.' }
      : {
          closed: false,
          reason:
            'A transparent proxy sends every connection to the sidecar, but with permissive mutual TLS the sidecar forwards plain text without checking an intention.',
        }
  }
  if (bind === '127.0.0.1') {
    return { closed: true, reason: "Counting listens on its pod's loopback, which no one outside reaches." }
  }
  return {
    closed: false,
    reason: "Counting listens on its pod's address, where no sidecar and no intention protects it.",
  }
}
