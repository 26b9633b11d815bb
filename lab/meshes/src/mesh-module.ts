import type { Ports, Reaper } from '@throughline/lab-programs'
import type { Identities } from './certs.ts'
import type { LabSettings } from './lab-options.ts'
import type { Mesh, Tracer } from './mesh.ts'
import type { Placement } from './placement/placement.ts'
import type { SpanReceivers } from './trace-backend.ts'

/** What a mesh knows before anything is started. */
export interface PrepareOptions {
  settings: LabSettings
  /** To use where addresses are shared: those of foreign programs are free ones, or the documented ones. */
  ports: Ports
  /** Folder of configuration and logs; removed when the lab stops. */
  runDir: string
  reaper: Reaper
}

/** A mesh whose programs were found and whose addresses are decided. */
export interface PreparedMesh {
  placement: Placement
  /** The tracers that the sidecars have here. */
  tracers: readonly Tracer[]
  /** Which of the ports given it will listen on, of 127.0.0.1; ports of other addresses it checks itself. */
  listensOn: readonly (keyof Ports)[]
  /** Set when the certificates are ours. */
  identities?: Identities | undefined
  create: (backend: SpanReceivers) => Mesh
  /** Removes what was made beside processes and `runDir`, such as network namespaces. Safe to call at any time. */
  close: () => Promise<void>
}

/** A mesh that the lab can start: found, placed, created. */
export interface MeshModule {
  /**
   * @throws LabError TL_BINARY_MISSING, TL_BINARY_INVALID with every way to get the program; TL_USAGE for an option that
   *   this mesh does not have
   */
  prepare: (options: PrepareOptions) => Promise<PreparedMesh>
}
