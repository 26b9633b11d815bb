import type { Mesh } from '@throughline/lab-meshes'

/** A mesh whose sidecars compose runs. */
export interface ComposeMesh {
  mesh: Mesh
  /** What the log says about it. */
  facts: Record<string, string>
  /** Resolves with a sentence when compose has replaced containers and the mesh must be set up again. */
  outdated: Promise<string>
}
