import type { Bypass } from '../mesh.ts'
import type { PreparedMesh } from '../mesh-module.ts'
import type { Command } from '@throughline/lab-programs'
import type { ServiceName } from '../service-name.ts'
import type { ConsulState } from '../consul/consul-settings.ts'

/** Ports that a Consul agent listens on. */
interface ConsulPorts {
  /** API and UI. */
  http: number
  /** Where sidecars take their configuration. */
  xds: number
  server: number
  serf: number
}

export interface AgentPlacement {
  /** Address for its peers. */
  bind: string
  /** Addresses of API and sidecars' configuration, separated by spaces; this process and the sidecars reach the first. */
  client: string
  ports: ConsulPorts
}

/** Where one service and its sidecar are. */
export interface ServicePlacement {
  /** Where other sidecars find its sidecar. */
  address: string
  /** Where its sidecar listens, if not there. */
  bindAddress?: string
  /** Where its sidecar finds its app. */
  app: { address: string; port: number } | { socket: string }
  /** Port of the sidecar for other sidecars, mutual TLS only. */
  inboundPort: number
  /** Where the sidecar listens for calls to counting, in the pod's own network; absent where there is no caller. */
  upstream?: { address: string; port: number }
  /** Envoy's admin: `host:port` in the pod's own network, and the URL that this process asks. */
  admin: { bind: string; url: string }
  /** Port of the sidecar that passes `GET /metrics` on to its app, for Prometheus; absent where nothing asks. */
  metricsPort?: number
  /** Whether every connection of the pod goes through its sidecar. */
  transparentProxy: boolean
}

/** What there is of a sidecar when it is about to be started. */
interface SidecarFiles {
  /** Path of the Consul to run, which can redirect a pod's traffic. */
  consul: string
  /** URL of the agent's API. */
  agentUrl: string
  /** Its id in Consul: `<name>-sidecar-proxy`. */
  proxyId: string
  /** Readable by our own user alone. */
  bootstrap: string
  /** Exists already; Envoy opens its standard output again for the access log. */
  logFile: string
}

/** Where agent, pods and sidecars are: on this machine's loopback, or each pod in a network namespace of its own. */
export interface ConsulPlacement extends Pick<PreparedMesh, 'placement' | 'listensOn' | 'close'> {
  agent: AgentPlacement
  services: Record<ServiceName, ServicePlacement>
  /** What must be done after a service was registered and before its sidecar starts; also before it is restarted. */
  arrange: (name: ServiceName, files: SidecarFiles) => Promise<void>
  /** Moves a sidecar to its pod. */
  placeSidecar: (name: ServiceName, command: Command) => Command
  /** The bypass of counting's sidecar under what is in force. */
  bypass: (state: ConsulState) => Bypass
}
