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

/** How a sidecar is reached, and what it must listen on. */
interface SidecarPlacement {
  adminUrl: string
  /** Listeners without which it is not ready. */
  listeners: string[]
}

/** Where istiod, pods and sidecars run: on this machine's loopback, or each pod in its own network namespace. */
export interface IstioPlacement extends Pick<PreparedMesh, 'placement' | 'listensOn' | 'close'> {
  istiod: { host: string; ports: Partial<IstiodPorts> }
  /** Ports that the sidecars accept for their apps. */
  ports: Record<ServiceName, number>
  sidecars: Record<ServiceName, SidecarPlacement>
  /** The Sidecar resources that this placement needs. */
  renderSidecars: () => Promise<KubeObject[]>
  podSettings: (name: ServiceName, istiodPorts: IstiodPorts) => Promise<PodSettings>
  /** Whether the sidecars' own listeners, for health and metrics, must be hidden from other machines. */
  loopbackOnly: boolean
  /** Prepares a pod after its injection and before its agent starts. */
  arrange: (name: ServiceName, agent: { folder: string; logFile: string; pod: InjectedPod }) => Promise<void>
  /** Moves an agent to its pod. */
  placeAgent: (name: ServiceName, command: Command) => Command
  /** The bypass of counting's sidecar in a state. */
  bypass: (state: IstioState) => Bypass
}
