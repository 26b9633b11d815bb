import type { TraceStore } from '@throughline/trace-store'
import type { Identity } from './certs.ts'
import type { CollectorAddresses } from './collector.ts'
import type { Mesh, Tracer } from './mesh.ts'
import type { Ports } from './ports.ts'

export interface LabOptions {
  /** Default `static-envoy`; `none` starts the services without sidecars. */
  mesh?: 'static-envoy' | 'none'
  /** How the sidecars trace, default `opentelemetry`. */
  tracer?: Tracer
  /** Percentage of requests the sidecars trace when nobody decided before them, default 100. */
  sampling?: number
  /** `free` (default) takes what nobody uses; `demo` the documented ones, some of which may be given here. */
  ports?: 'free' | 'demo' | Partial<Ports>
  /** More environment for a service, stronger than the lab's own. */
  countingEnv?: Record<string, string>
  dashboardEnv?: Record<string, string>
  /** Another program in counting's place, `host:port` or `unix:/path`, behind the same sidecar; counting isn't started. */
  countingApp?: string
  /** `socket` closes the way around counting's sidecar; default `tcp`. */
  countingListen?: 'tcp' | 'socket'
  /** A trace backend that is already there; default our own, in this process. */
  collector?: CollectorAddresses
  /** `expected`: somebody else starts the services, on the ports given. Default `started`. */
  services?: 'started' | 'expected'
  /** Token of the control API, default random. */
  controlToken?: string
  /** Version of Envoy, default the pinned one or what PATH has. */
  envoyVersion?: string
  /** One line for each event that a person may want to know of. */
  log?: (line: string) => void
  /** Gives up and stops what was started. */
  signal?: AbortSignal
}

/** A running system. Every URL is without a trailing slash. */
export interface Lab extends AsyncDisposable {
  dashboardUrl: string
  /** Where counting's app listens itself, around its sidecar; absent when that is a socket. */
  countingUrl?: string
  countingSocket?: string
  /** Where dashboard calls counting: its sidecar's listener, or counting itself without a mesh. */
  upstreamUrl: string
  /** Where counting's sidecar listens, mutual TLS only. */
  inboundPort: number
  /** `ca.pem` and each service's `.pem` and `.key`. */
  certsDir: string
  /** Makes an identity of the same mesh, for a peer that is not meant to be there. */
  issueIdentity: (serviceAccount: string) => Promise<Identity>
  /** What our own backend holds; absent when another one is used. */
  traceStore?: TraceStore
  queryUrl: string
  /** Absent without a mesh, as are the token and `mesh`. */
  controlUrl?: string
  controlToken?: string
  mesh?: Mesh
  /** Process ids by name: services, sidecars and the guardian. */
  pids: () => Record<string, number>
  /** Configuration and logs; removed by `stop`. */
  runDir: string
  /** Stops dashboard, sidecars, counting and the trace store, in this order. Safe to call again. */
  stop: () => Promise<void>
}
