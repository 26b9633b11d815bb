/** Every mesh that the lab can start, by the name that `--mesh` takes. */
export const meshNames = ['static-envoy', 'consul', 'istio'] as const
export type MeshName = (typeof meshNames)[number]

export function isMeshName(value: unknown): value is MeshName {
  return meshNames.some((name) => name === value)
}

/** How sidecars may trace: `mesh/envoy/tracing` has a file for each. */
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
  /** How often it was restarted because it had ended by itself. */
  restarts: number
  /** Milliseconds until it is started again; absent unless it has ended by itself. */
  restartsInMs?: number | undefined
}

export interface SidecarStatus extends Omit<ServiceStatus, 'state'> {
  /** Envoy's `node.id`, which its spans carry as `node_id`; absent before the sidecar is made. */
  nodeId?: string
  state: ServiceStatus['state'] | 'rejected'
}

/** What can be changed in a running mesh beside access and the tracer: a rule, a protocol, mutual TLS. */
export interface Setting {
  /** What `POST /mesh/set` calls it: `rule`, `mtls` … */
  name: string
  label: string
  /** The choice in force. */
  value: string
  choices: readonly Choice[]
}

interface Choice {
  value: string
  label: string
  /** One sentence: what a caller sees with it. */
  effect: string
}

interface Link {
  label: string
  url: string
}

export interface MeshStatus {
  mesh: string
  tracer: Tracer
  /** What `tracer` can be changed to: Envoys and trace backends differ in what they support. */
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
  /** Whether callers outside counting's pod, or of another user of this machine, are kept out. */
  closed: boolean
  /** One sentence: what leaves it open, or what closes it. */
  reason: string
}

/** A mesh on this machine. Each one is a module that makes this shape, so one contract test serves them all. */
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
