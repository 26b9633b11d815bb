import type { Mesh } from '@throughline/lab-meshes'

/** A mesh whose sidecars compose runs. */
export interface ComposeMesh {
  mesh: Mesh
  /** Its description in the log. */
  facts: Record<string, string>
  /** What else is served while it is in use. */
  serve?: (() => Promise<AsyncDisposable>) | undefined
  /** Resolves with a sentence when compose has replaced containers and the mesh must be set up again. */
  outdated: Promise<string>
}
