import type { MeshModule } from './mesh-module.ts'
import { consulModule } from './consul/consul-module.ts'
import { istioModule } from './istio/istio-module.ts'
import { staticEnvoyModule } from './static-envoy/static-envoy-module.ts'

/** Every mesh that the lab can start, by the name that `--mesh` takes. */
export const meshModules = {
  'static-envoy': staticEnvoyModule,
  consul: consulModule,
  istio: istioModule,
} as const satisfies Record<string, MeshModule>

export type MeshName = keyof typeof meshModules

export function isMeshName(value: unknown): value is MeshName {
  return typeof value === 'string' && Object.hasOwn(meshModules, value)
}
