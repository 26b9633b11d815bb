import type { KubeObject } from '@throughline/lab-kube-api'
import type { Command } from '@throughline/lab-programs'
import type { IstiodPorts } from '../istio/control-plane/istiod-command.ts'
import type { InjectedPod } from '../istio/injected-pod.ts'
import type { IstioState } from '../istio/istio-settings.ts'
import type { PodSettings } from '../istio/mesh-objects.ts'
import type { PreparedMesh, PrepareOptions } from '../mesh-module.ts'
import type { Bypass } from '../mesh.ts'
import type { ServiceName } from '../service-name.ts'

export interface IstioPlacementOptions extends PrepareOptions {
  /** Path of the Envoy to run, and of Istio's agent. */
  envoy: string
  pilotAgent: string
}

/** Where one pod and its sidecar are. */
export interface IstioPodPlacement {
  /** Envoy's admin, as this process reaches it. */
  adminUrl: string
  /** Listeners without which its sidecar is not ready. */
  listeners: string[]
  settings: (istiodPorts: IstiodPorts) => Promise<PodSettings>
  /** Prepares it after its injection and before its agent starts. */
  arrange: (agent: { folder: string; logFile: string; pod: InjectedPod }) => Promise<void>
  /** Moves its agent to it. */
  placeAgent: (command: Command) => Command
}

/** A pod beside those that the lab starts with. */
interface AddedPodPlacement extends IstioPodPlacement {
  /** Where its app must listen: `host:port`. */
  app: string
  /** Moves its app to it. */
  placeApp: (command: Command) => Command
  /** Whether its app answers that it is ready, asked from inside: from outside there is its sidecar. */
  isReady: () => Promise<boolean>
  /** Ends every process in it and removes it. */
  remove: () => Promise<void>
}

/** Where istiod, pods and sidecars run: on this machine's loopback, or each pod in its own network namespace. */
export interface IstioPlacement extends Pick<PreparedMesh, 'placement' | 'listensOn' | 'close'> {
  istiod: { host: string; ports: Partial<IstiodPorts> }
  /** Ports that the sidecars accept for their apps. */
  ports: Record<ServiceName, number>
  /** The only path of counting that the strictest rule allows, default `/`. */
  countingPath?: string | undefined
  pods: Record<ServiceName, IstioPodPlacement>
  /** One more pod of counting; absent on loopback, where a port is one pod's. */
  addCounting?: (name: string) => Promise<AddedPodPlacement>
  /** The resources of networking that this placement needs. */
  renderSidecars: () => Promise<KubeObject[]>
  /** Whether the sidecars' own listeners, for health and metrics, must be hidden from other machines. */
  loopbackOnly: boolean
  /** The bypass of counting's sidecar in a state. */
  bypass: (state: IstioState) => Bypass
}
