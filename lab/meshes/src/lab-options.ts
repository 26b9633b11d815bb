import type { TraceStore } from '@throughline/trace-store'
import type { TraceBackendAddresses } from './trace-backend.ts'
import type { Identities } from './identities.ts'
import type { Mesh, MeshName, Tracer } from './mesh.ts'
import type { Ports } from '@throughline/lab-programs'

/** `loopback` needs no root; `namespaces` gives each pod a network namespace of its own, as a cluster does. */
export const topologies = ['loopback', 'namespaces'] as const
export type Topology = (typeof topologies)[number]

/**
 * What becomes of the bypass of counting's sidecar: `closed` by whatever the topology has for it, or by one of them:
 * the app on a unix socket, the app on its pod's loopback, a packet filter, a transparent proxy.
 */
export const bypasses = ['open', 'closed', 'socket', 'loopback', 'packet-filter', 'transparent-proxy'] as const
export type BypassChoice = (typeof bypasses)[number]

export interface LabOptions {
  /** Default `static-envoy`; `none` starts the services without sidecars. */
  mesh?: MeshName | 'none'
  /** Default `loopback`. */
  topology?: Topology
  /** Default `open`: the lesson starts with it. */
  bypass?: BypassChoice
  /** How the sidecars trace, default `opentelemetry`. */
  tracer?: Tracer
  /** Percentage of requests the sidecars trace of those that arrive without a sampling decision, default 100. */
  sampling?: number
  /** `free` (default) takes free ports; `demo` the documented ones, some of which may be given here. */
  ports?: 'free' | 'demo' | Partial<Ports>
  /** More environment for a service, stronger than the lab's own. */
  countingEnv?: Record<string, string>
  dashboardEnv?: Record<string, string>
  /** Another program in counting's place, `host:port` or `unix:/path`, behind the same sidecar; counting isn't started. */
  countingApp?: string
  /** A trace backend that is already there; default our own, in this process. */
  traceBackend?: TraceBackendAddresses
  /** `expected`: another program starts the services, on the ports given. Default `started`. */
  services?: 'started' | 'expected'
  /** Token of the control API, default random. */
  controlToken?: string
  /** Version of Envoy, default the pinned one or what PATH has. */
  envoyVersion?: string
  /** Takes mesh and pods from `charts/consul`, rendered with these values where a file is named. Consul only. */
  fromChart?: { values?: string }
  /** Seconds that a sidecar's certificate is good for, where the mesh renews it by itself; default a day. */
  certificateSeconds?: number
  /** One line for each event that a person may want to know of. */
  log?: (line: string) => void
  /** Gives up and stops what was started. */
  signal?: AbortSignal
}

/** A running system. Every URL is without a trailing slash. */
export interface Lab extends AsyncDisposable {
  dashboardUrl: string
  /** Where dashboard's app listens itself, behind the sidecar that the page may be served through. */
  dashboardAppUrl: string
  /** Where counting's app listens itself, bypassing its sidecar; absent when that is a socket. */
  countingUrl?: string
  countingSocket?: string
  /** Where dashboard calls counting: its sidecar's listener, or counting itself without a mesh. */
  upstreamUrl: string
  /** `host:port` of counting's sidecar, mutual TLS only; absent without a mesh. */
  countingInbound?: string
  /** Set when the mesh's certificates are ours. */
  identities?: Identities
  /** What our own backend holds; absent when another one is used. */
  traceStore?: TraceStore
  queryUrl: string
  /** Absent without a mesh, as are the token and `mesh`. */
  controlUrl?: string
  controlToken?: string
  mesh?: Mesh
  /** Process ids by name: services, sidecars and the reaper. */
  pids: () => Record<string, number>
  /** Configuration and logs; removed by `stop`. */
  runDir: string
  /** Stops dashboard, sidecars, counting and the trace store, in this order. Safe to call again. */
  stop: () => Promise<void>
}
