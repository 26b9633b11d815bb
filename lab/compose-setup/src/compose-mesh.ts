import type { Mesh } from '@throughline/lab-meshes'
import { createConsul } from './consul.ts'
import type { ComposeMeshName, SetupSettings } from './setup-settings.ts'
import { createStaticEnvoys } from './static-envoys.ts'

/** A mesh whose sidecars compose runs. */
export interface ComposeMesh {
  mesh: Mesh
  /** What a log should say of it. */
  facts: Record<string, string>
  /** Resolves, with a sentence, when the containers are other ones, and another mesh has to be made of them. */
  outdated: Promise<string>
}

const meshes: Record<ComposeMeshName, (settings: SetupSettings) => Promise<ComposeMesh>> = {
  'static-envoy': createStaticEnvoys,
  consul: createConsul,
}

/** The mesh that docker-compose.yml, or what is laid over it, asks for. */
export function createComposeMesh(settings: SetupSettings): Promise<ComposeMesh> {
  return meshes[settings.mesh](settings)
}
