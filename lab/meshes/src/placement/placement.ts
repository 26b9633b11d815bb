import path from 'node:path'
import { type Command, LabError, type Ports } from '@throughline/lab-programs'
import type { LabSettings } from '../lab-options.ts'
import type { Bypass } from '../mesh.ts'
import type { ServiceName } from '../service-name.ts'

/** Where the parts of a lab run and listen; the mesh decides this before anything is started. */
export interface Placement {
  /** Where counting's app listens: `host:port` or `unix:/path`. */
  counting: string
  /** Where dashboard's app listens: `host:port`. */
  dashboard: string
  /** The page, as the user's browser reaches it; no trailing slash. */
  dashboardUrl: string
  /** Where dashboard calls counting: its sidecar's listener, or counting itself without a mesh. */
  upstreamUrl: string
  /** The same address for this process, where it differs from the dashboard's; default `upstreamUrl`. */
  upstreamUrlFromHere?: string | undefined
  /**
   * Counting's own address as dashboard reaches it, bypassing the sidecar; absent for a socket, or without a sidecar.
   */
  bypassUrl?: string | undefined
  /** Where a service in counting's place calls counting by its sidecar; absent without either. */
  behind?: PlaceBehind | undefined
  /** `host:port` of counting's inbound sidecar; absent without one. */
  countingInbound?: string | undefined
  /** Address of this machine that the trace backend listens on, reached from wherever the parts run. */
  host: string
  /** Ports that the trace backend must have on `host`; default those of the lab. */
  backendPorts?: Partial<Pick<Ports, 'otlp' | 'zipkin' | 'datadog' | 'query'>> | undefined
  /** The environment of a service where something other than the lab decides it, such as a chart. */
  env?: Record<ServiceName, Record<string, string>> | undefined
  /** Changes a service's command so that it runs elsewhere, such as in a network namespace; default unchanged. */
  place?: ((service: ServiceName, command: Command) => Command) | undefined
  /** Whether a service is ready, for one that this process can't reach at `counting` or `dashboard`. */
  isReady?: ((service: ServiceName) => Promise<boolean>) | undefined
}

/** The listener of counting's sidecar for calls of a service in counting's place, and counting's app, as `host:port`. */
export interface PlaceBehind {
  outbound: string
  app: string
}

/** Both services on 127.0.0.1, one calling the other directly. */
export function placeWithoutMesh(ports: Ports, countingApp = `127.0.0.1:${ports.counting}`): Placement {
  const dashboard = `127.0.0.1:${ports.dashboard}`
  return {
    counting: countingApp,
    dashboard,
    dashboardUrl: `http://${dashboard}`,
    upstreamUrl: `http://${countingApp}`,
    host: '127.0.0.1',
  }
}

const OWN_OPEN =
  'Your service listens where you started it: every caller that reaches that address bypasses its sidecar.'

export interface LoopbackOptions {
  settings: LabSettings
  ports: Ports
  runDir: string
  /** The mesh's name in messages, such as `Consul`. */
  mesh: string
  /** Why counting's own port is open, in one sentence. */
  openReason: string
}

/**
 * Everything on 127.0.0.1, without root: the dashboard calls its sidecar's listener, and counting's app listens on a
 * port beside its sidecar's, or on a unix socket where the bypass is closed.
 *
 * @throws LabError TL_USAGE for a bypass that loopback does not offer
 */
export function placeOnLoopback(options: LoopbackOptions): { placement: Placement; bypass: Bypass } {
  const { settings, ports, runDir, mesh, openReason } = options
  const { bypass, countingApp } = settings
  if (bypass !== 'open' && bypass !== 'closed' && bypass !== 'socket') {
    const reason = `the bypass of a sidecar of ${mesh} on loopback can be open or closed, not "${bypass}"`
    throw new LabError('TL_USAGE', reason)
  }
  const ownApp = bypass === 'open' ? `127.0.0.1:${ports.counting}` : `unix:${path.join(runDir, 'counting.sock')}`
  const counting = countingApp ?? ownApp
  const onSocket = counting.startsWith('unix:')
  const behind = settings.ownService?.behind
  return {
    placement: {
      counting,
      dashboard: `127.0.0.1:${ports.dashboard}`,
      dashboardUrl: `http://127.0.0.1:${ports.dashboard}`,
      upstreamUrl: `http://127.0.0.1:${ports.outbound}`,
      countingInbound: `127.0.0.1:${ports.inbound}`,
      bypassUrl: onSocket ? undefined : `http://${counting}`,
      behind: behind === undefined ? undefined : { outbound: `127.0.0.1:${ports.counting}`, app: behind },
      host: '127.0.0.1',
    },
    bypass: onSocket
      ? {
          address: counting,
          closed: true,
          reason: 'Counting listens on a unix socket that only its own user can open.',
        }
      : { address: `http://${counting}`, closed: false, reason: settings.ownService ? OWN_OPEN : openReason },
  }
}
