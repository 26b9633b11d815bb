import type { Command, Ports } from '@throughline/lab-programs'
import type { ServiceName } from '../service-name.ts'

/** Where the parts of a lab run and listen. A mesh decides it before anything is started. */
export interface Placement {
  /** Where counting's app listens: `host:port` or `unix:/path`. */
  counting: string
  /** Where dashboard's app listens: `host:port`. */
  dashboard: string
  /** The page, as the user's browser reaches it; no trailing slash. */
  dashboardUrl: string
  /** Where dashboard calls counting: its sidecar's listener, or counting itself without a mesh. */
  upstreamUrl: string
  /** The same as this process reaches it, where that is not the dashboard's own place; default `upstreamUrl`. */
  upstreamUrlFromHere?: string
  /** Counting's own address as dashboard reaches it, bypassing the sidecar; absent when there is none or it is a socket. */
  bypassUrl?: string
  /** `host:port` of counting's inbound sidecar; absent without one. */
  countingInbound?: string
  /** Address of this machine that the trace backend listens on, reached from wherever the parts run. */
  host: string
  /** Ports that the trace backend must have on `host`; default those of the lab. */
  backendPorts?: Partial<Pick<Ports, 'otlp' | 'zipkin' | 'datadog' | 'query'>>
  /** All that a service is told by environment, where something other than the lab decides it, such as a chart. */
  env?: Record<ServiceName, Record<string, string>>
  /** Moves a service to where it belongs, such as a network namespace; default as it is. */
  place?: (service: ServiceName, command: Command) => Command
  /** Whether a service is ready, for one that can't be asked at `counting` or `dashboard` from here. */
  isReady?: (service: ServiceName) => Promise<boolean>
}
