import type { Command } from '@throughline/lab-programs'
import type { ConsulState } from '../consul/consul-settings.ts'
import type { PreparedMesh } from '../mesh-module.ts'
import type { Bypass } from '../mesh.ts'
import type { ServiceName } from '../service-name.ts'
import type { PlaceBehind } from './placement.ts'

/** Ports that a Consul agent listens on. */
interface ConsulPorts {
  /** API and UI. */
  http: number
  /** The sidecars' configuration. */
  xds: number
  server: number
  serf: number
}

export interface AgentPlacement {
  /** Address for its peers. */
  bind: string
  /**
   * Space-separated addresses of the API and of the sidecars' configuration; this process and the sidecars use the
   * first.
   */
  client: string
  ports: ConsulPorts
}

/** Where a service and its sidecar run. */
export interface ServicePlacement {
  /** Address of its sidecar for other sidecars. */
  address: string
  /** Where its sidecar listens, default `address`. */
  bindAddress?: string | undefined
  /** Address of its app for its sidecar. */
  app: { address: string; port: number } | { socket: string }
  /** Port of the sidecar for other sidecars, mutual TLS only. */
  inboundPort: number
  /** Where the sidecar listens for calls to counting, in the pod's own network; absent where nothing calls it. */
  upstream?: { address: string; port: number } | undefined
  /** What else its sidecar forwards to, for the app alone; default nothing. */
  behind?: PlaceBehind | undefined
  /** Envoy's admin: `host:port` in the pod's own network, and the URL that this process uses. */
  admin: { bind: string; url: string }
  /** Port of the sidecar that forwards `GET /metrics` to its app, for Prometheus; absent without one. */
  metricsPort?: number | undefined
  /** Whether every connection of the pod goes through its sidecar. */
  transparentProxy: boolean
}

/** The files and addresses of a sidecar that is about to be started. */
interface SidecarFiles {
  /** Path of the Consul to run, which can redirect a pod's traffic. */
  consul: string
  /** URL of the agent's API. */
  agentUrl: string
  /** Its id in Consul: `<name>-sidecar-proxy`. */
  proxyId: string
  /** Readable by its owner only. */
  bootstrap: string
  /** Must exist: Envoy reopens its standard output for the access log. */
  logFile: string
}

/** Where the agent, pods and sidecars run: on this machine's loopback, or each pod in its own network namespace. */
export interface ConsulPlacement extends Pick<PreparedMesh, 'placement' | 'listensOn' | 'close'> {
  agent: AgentPlacement
  services: Record<ServiceName, ServicePlacement>
  /** Prepares a pod between the registration of its service and each start of its sidecar. */
  arrange: (name: ServiceName, files: SidecarFiles) => Promise<void>
  /** Moves a sidecar to its pod. */
  placeSidecar: (name: ServiceName, command: Command) => Command
  /** The bypass of counting's sidecar in a state. */
  bypass: (state: ConsulState) => Bypass
}
