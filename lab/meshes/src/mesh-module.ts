import type { TraceBackendAddresses } from './trace-backend.ts'
import type { Ports, Reaper } from '@throughline/lab-programs'
import type { Identities } from './identities.ts'
import type { LabOptions } from './lab-options.ts'
import type { Mesh, Tracer } from './mesh.ts'
import type { Placement } from './placement/placement.ts'

/** What a mesh gets to know before anything is started. */
export interface PrepareOptions {
  /** What the user asked for. */
  options: LabOptions
  /** To use where addresses are shared: those of foreign programs are free ones, or the documented ones. */
  ports: Ports
  /** Folder of configuration and logs; removed when the lab stops. */
  runDir: string
  reaper: Reaper
}

/** Addresses of the trace backend, as the sidecars reach it. */
export type Backend = Pick<TraceBackendAddresses, 'otlpUrl' | 'zipkinUrl' | 'datadogUrl'>

/** A mesh whose programs were found and whose addresses are decided. */
export interface PreparedMesh {
  placement: Placement
  /** What the sidecars can trace with here. */
  tracers: readonly Tracer[]
  /** Which of the ports given it will listen on, of 127.0.0.1; a port of another address it looks after itself. */
  listensOn: readonly (keyof Ports)[]
  /** Set when the certificates are ours. */
  identities?: Identities
  /** @param tracer one of `tracers` */
  create: (backend: Backend, tracer: Tracer) => Mesh
  /** Takes back what was made beside processes and `runDir`, such as network namespaces. Safe to call at any time. */
  close: () => Promise<void>
}

/** A mesh that the lab can start: found, placed, created. */
export interface MeshModule {
  /**
   * @throws LabError TL_BINARY_MISSING, TL_BINARY_INVALID with every way to get the program; TL_USAGE for an option that
   *   this mesh has not
   */
  prepare: (options: PrepareOptions) => Promise<PreparedMesh>
}
