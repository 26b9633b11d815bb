import { LabError, type Ports } from '@throughline/lab-programs'
import type { TraceStore } from '@throughline/trace-store'
import type { Identities } from './certs.ts'
import type { Breaker } from './breaker.ts'
import type { Mesh, MeshName, Tracer } from './mesh.ts'
import type { TraceBackendAddresses } from './trace-backend.ts'

/** `loopback` needs no root; `namespaces` gives each pod a network namespace of its own, as a cluster does. */
export const topologies = ['loopback', 'namespaces'] as const
export type Topology = (typeof topologies)[number]

/**
 * Whether counting's sidecar can be bypassed. `closed` uses whatever the topology offers; the other values name one way
 * to close it: the app on a unix socket, the app on its pod's loopback, a packet filter, a transparent proxy.
 */
export const bypasses = ['open', 'closed', 'socket', 'loopback', 'packet-filter', 'transparent-proxy'] as const
export type BypassChoice = (typeof bypasses)[number]

export interface LabOptions {
  /** Default `static-envoy`, or `consul` with `fromChart`; `none` starts the services without sidecars. */
  mesh?: MeshName | 'none' | undefined
  /** Default `loopback`, or `namespaces` with `fromChart`. */
  topology?: Topology | undefined
  /** Default `open`: the lesson starts with it. A chart decides it instead. */
  bypass?: BypassChoice | undefined
  /** How the sidecars trace, default `opentelemetry`, or `zipkin` with `fromChart`. */
  tracer?: Tracer | undefined
  /** Percentage of requests the sidecars trace when no caller has decided, default 100. */
  sampling?: number | undefined
  /** `free` (default) uses any free ports; `demo` the documented ones, which can be overridden one by one. */
  ports?: 'free' | 'demo' | Partial<Ports> | undefined
  /** Starts with this broken trace, by the id of its finding; default none. */
  break?: string | undefined
  /** More environment for a service; it wins over the lab's own. */
  countingEnv?: Record<string, string> | undefined
  dashboardEnv?: Record<string, string> | undefined
  /**
   * Address of another program in place of counting, `host:port` or `unix:/path`, behind the same sidecar.
   */
  countingApp?: string | undefined
  /** The user's own service in place of counting, which then runs without a sidecar for that service to call. */
  ownService?: OwnService | undefined
  /** A trace backend that is already running; default our own, in this process. */
  traceBackend?: TraceBackendAddresses | undefined
  /** `expected`: the caller starts the services, on the ports given. Default `started`. */
  services?: 'started' | 'expected' | undefined
  /**
   * Names of this machine that a `Host` header may have besides loopback's, for services, trace store and control
   * API.
   */
  allowedHosts?: readonly string[] | undefined
  /** Token of the control API, default random. */
  controlToken?: string | undefined
  /** Version of Envoy, default the one that the mesh pins, or the one on PATH. */
  envoyVersion?: string | undefined
  /** Takes mesh and pods from `charts/consul`, rendered with this values file if there is one. Consul only. */
  fromChart?: { values?: string | undefined } | undefined
  /**
   * Lifetime of a sidecar's certificate in seconds; it is renewed before. Default a day. Consul decides it itself.
   */
  certificateSeconds?: number | undefined
  /** Receives one line for each event of interest to a person. */
  log?: ((line: string) => void) | undefined
  /** Cancels the start and stops what was started. */
  signal?: AbortSignal | undefined
}

/** A service of the user, in any language, that takes counting's place behind counting's sidecar. */
export interface OwnService {
  /** Where it listens: `host:port`, an IP address. */
  address: string
  /** The path that the dashboard calls, default `/`. */
  path?: string | undefined
  /** A shell command that starts it; default: the user starts it. */
  command?: { line: string; cwd: string; env: Record<string, string> } | undefined
  /** `host:port` where counting listens, for it to call; decided by the lab. */
  behind?: string | undefined
  /** Receives each line that the command prints. */
  onOutput?: ((line: string) => void) | undefined
}

const defaults = {
  mesh: 'static-envoy',
  topology: 'loopback',
  bypass: 'open',
  tracer: 'opentelemetry',
  sampling: 100,
  ports: 'free',
  services: 'started',
  allowedHosts: [],
  certificateSeconds: 86_400,
} as const satisfies LabOptions

const chartDefaults = { ...defaults, mesh: 'consul', topology: 'namespaces', tracer: 'zipkin' } as const

/** The options of a lab with all defaults filled in. */
export type LabSettings = Omit<LabOptions, keyof typeof defaults> & {
  [Name in keyof typeof defaults]: NonNullable<LabOptions[Name]>
}

/**
 * The options with their defaults. This is the only place that knows them.
 *
 * @throws LabError TL_USAGE for a bypass where a chart decides it
 */
export function labSettings(options: LabOptions): LabSettings {
  if (options.fromChart && options.bypass !== undefined) {
    throw new LabError('TL_USAGE', 'a chart decides the bypass itself: leave it out with --from-chart')
  }
  const chosen = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as LabOptions
  const countingApp = options.ownService?.address
  return {
    ...(options.fromChart === undefined ? defaults : chartDefaults),
    ...chosen,
    ...(countingApp !== undefined && { countingApp }),
  } as LabSettings
}

/** A running system. No URL has a trailing slash. */
export interface Lab extends AsyncDisposable {
  dashboardUrl: string
  /** Where dashboard's app listens itself, behind the sidecar that the page may be served through. */
  dashboardAppUrl: string
  /** Where counting's app listens itself, bypassing its sidecar; absent when that is a socket. */
  countingUrl?: string | undefined
  countingSocket?: string | undefined
  /** Where the user's service, in counting's place, may call counting. */
  ownUpstreamUrl?: string | undefined
  /** Where dashboard calls counting: its sidecar's listener, or counting itself without a mesh. */
  upstreamUrl: string
  /** `host:port` of counting's sidecar, mutual TLS only; absent without a mesh. */
  countingInbound?: string | undefined
  /** Set when the lab issues the mesh's certificates. */
  identities?: Identities | undefined
  /** The contents of the built-in trace store; absent when another backend is used. */
  traceStore?: TraceStore | undefined
  queryUrl: string
  /** Absent without a mesh, as are the token and `mesh`. */
  controlUrl?: string | undefined
  controlToken?: string | undefined
  mesh?: Mesh | undefined
  /** Absent without a mesh. */
  breaker?: Breaker | undefined
  /** Process ids by name: services, sidecars and the reaper. */
  pids: () => Record<string, number>
  /** Configuration and logs; removed by `stop`. */
  runDir: string
  /** Stops dashboard, sidecars, counting and the trace store, in this order. Safe to call again. */
  stop: () => Promise<void>
}
