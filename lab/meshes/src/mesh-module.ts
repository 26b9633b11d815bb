import type { Ports, Reaper } from '@throughline/lab-programs'
import type { Identities } from './certs.ts'
import type { LabSettings } from './lab-options.ts'
import type { Mesh, Tracer } from './mesh.ts'
import type { Placement } from './placement/placement.ts'
import type { SpanReceivers } from './trace-backend.ts'

/** The input of a mesh before anything is started. */
export interface PrepareOptions {
  settings: LabSettings
  /** For placements that share addresses: free ports, or the documented ones. */
  ports: Ports
  /** Folder of configuration and logs; removed when the lab stops. */
  runDir: string
  reaper: Reaper
}

/** A mesh whose programs were found and whose addresses are decided. */
export interface PreparedMesh {
  placement: Placement
  /** The tracers that these sidecars support. */
  tracers: readonly Tracer[]
  /** The given ports that it will listen on at 127.0.0.1; it checks ports of other addresses itself. */
  listensOn: readonly (keyof Ports)[]
  /** Set when the lab issues the certificates. */
  identities?: Identities | undefined
  create: (backend: SpanReceivers) => Mesh
  /** Removes what is neither a process nor in `runDir`, such as network namespaces. Safe to call at any time. */
  close: () => Promise<void>
}

/** A mesh that the lab can start: found, placed, created. */
export interface MeshModule {
  /**
   * @throws LabError TL_BINARY_MISSING, TL_BINARY_INVALID with every way to get the program; TL_USAGE for an option
   * that
   *   this mesh does not have
   */
  prepare: (options: PrepareOptions) => Promise<PreparedMesh>
}
