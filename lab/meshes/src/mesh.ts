/** Every mesh that the lab can start, by its value of `--mesh`. */
export const meshNames = ['static-envoy', 'consul', 'istio'] as const
export type MeshName = (typeof meshNames)[number]

export function isMeshName(value: unknown): value is MeshName {
  return meshNames.some((name) => name === value)
}

/** How sidecars may trace: `mesh/envoy/tracing` contains a file for each. */
export const tracers = ['opentelemetry', 'zipkin', 'zipkin-w3c', 'datadog', 'none'] as const
export type Tracer = (typeof tracers)[number]

export function isTracer(value: unknown): value is Tracer {
  return tracers.some((tracer) => tracer === value)
}

export type Access = 'allowed' | 'denied'

/** A service as a process. */
export interface ServiceStatus {
  name: string
  state: 'ready' | 'starting' | 'down'
  /** Why it is not ready. */
  reason?: string | undefined
  /** How often it was restarted after ending by itself. */
  restarts: number
  /** Milliseconds until it is started again; absent unless it has ended by itself. */
  restartsInMs?: number | undefined
}

export interface SidecarStatus extends Omit<ServiceStatus, 'state'> {
  /** Envoy's `node.id`, the `node_id` of its spans; absent before the sidecar is created. */
  nodeId?: string
  state: ServiceStatus['state'] | 'rejected'
}

/** A setting of a running mesh besides access and the tracer, such as a rule, a protocol or mutual TLS. */
export interface Setting {
  /** Its name in `POST /mesh/set`: `rule`, `mtls` … */
  name: string
  label: string
  /** The choice in force. */
  value: string
  choices: readonly Choice[]
}

interface Choice {
  value: string
  label: string
  /** Its effect on a caller, in one sentence. */
  effect: string
}

interface Link {
  label: string
  url: string
}

export interface MeshStatus {
  mesh: string
  tracer: Tracer
  /** The tracers that can be selected: Envoys and trace backends differ in what they support. */
  tracers: readonly Tracer[]
  /** Whether the dashboard may call counting. */
  access: Access
  sidecars: SidecarStatus[]
  settings: readonly Setting[]
  bypass: Bypass
  /** Pages of the mesh itself, such as Consul's. */
  links: readonly Link[]
}

/** The bypass of the sidecar: where the app itself listens, and who can reach it there. */
export interface Bypass {
  /** URL, or `unix:` and the path of a socket. */
  address: string
  /** Whether it is closed to callers outside counting's pod, or of another user of this machine. */
  closed: boolean
  /** What leaves it open or closes it, in one sentence. */
  reason: string
}

/** A mesh on this machine. Each is a module of this shape, so that one contract test covers them all. */
export interface Mesh {
  name: string
  /** Resolves when every sidecar runs with its configuration. */
  start: () => Promise<void>
  stop: () => Promise<void>
  /**
   * Each resolves when the change is in force in the sidecars.
   *
   * @throws LabError TL_MESH_UPDATE_REJECTED, TL_MESH_UPDATE_TIMEOUT; TL_CONTROL_BAD_REQUEST for an unknown tracer,
   *   setting or value
   */
  allow: () => Promise<void>
  deny: () => Promise<void>
  tracing: (tracer: Tracer) => Promise<void>
  /** Changes one of `MeshStatus.settings`. */
  set: (setting: { name: string; value: string }) => Promise<void>
  status: () => Promise<MeshStatus>
  bypass: Bypass
  /** Process ids of the sidecars that are running, and of the control plane, by name. */
  pids: () => Record<string, number>
}
