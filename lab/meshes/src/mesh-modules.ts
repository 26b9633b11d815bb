import { consulModule } from './consul/consul-module.ts'
import { istioModule } from './istio/istio-module.ts'
import type { MeshModule } from './mesh-module.ts'
import type { MeshName } from './mesh.ts'
import { staticEnvoyModule } from './static-envoy/static-envoy-module.ts'

/** The module of each mesh. */
export const meshModules: Record<MeshName, MeshModule> = {
  'static-envoy': staticEnvoyModule,
  consul: consulModule,
  istio: istioModule,
}
