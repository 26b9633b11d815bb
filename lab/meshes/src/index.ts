export { createCertificateAuthority, type CertificateAuthority, writeCertificates } from './certs.ts'
export { makeBootstrap, proxyIdOf, type Bootstrap, type BootstrapOptions } from './consul/bootstrap.ts'
export { renderAgent, type ConsulAgent } from './consul/consul-agent.ts'
export { guardApi } from './consul/guard-api.ts'
export { downStatus } from './down-status.ts'
export { createConsulClient } from './consul/consul-client.ts'
export { createConsulMesh } from './consul/consul-mesh.ts'
export { consulModule } from './consul/consul-module.ts'
export { listenersOf, type ConsulSidecar } from './consul/consul-sidecar.ts'
export type { Breaker, BreakStatus } from './breaker.ts'
export { createControlApi } from './control-api.ts'
export { buildSubcharts } from './helm/build-subcharts.ts'
export { createHelm, type Helm, type RenderOptions } from './helm/create-helm.ts'
export { renderIstioObjects } from './istio/control-plane/istio-objects.ts'
export { startIstiod, type Istiod } from './istio/control-plane/start-istiod.ts'
export type { IstioMesh } from './istio/istio-mesh.ts'
export { istioModule } from './istio/istio-module.ts'
export {
  bypasses,
  labSettings,
  topologies,
  type BypassChoice,
  type Lab,
  type LabOptions,
  type LabSettings,
  type OwnService,
  type Topology,
} from './lab-options.ts'
export { writeMeshFile } from './mesh-files.ts'
export type { MeshModule, PreparedMesh } from './mesh-module.ts'
export {
  isMeshName,
  isTracer,
  meshNames,
  tracers,
  type Bypass,
  type Mesh,
  type MeshName,
  type Setting,
  type ServiceStatus,
  type SidecarStatus,
  type Tracer,
} from './mesh.ts'
export type { ServicePlacement } from './placement/consul-placement.ts'
export { placeWithoutMesh } from './placement/placement.ts'
export { serviceNames, type ServiceName, type SidecarName } from './service-name.ts'
export { envoyCommand } from './sidecar/envoy-command.ts'
export { createSidecar, watchSidecar, type Sidecar, type SidecarIdentity } from './sidecar/sidecar.ts'
export { createStaticEnvoyConfig, type StaticEnvoySettings } from './static-envoy/static-envoy-config.ts'
export { staticEnvoyModule } from './static-envoy/static-envoy-module.ts'
export { createStaticEnvoyMesh } from './static-envoy/static-envoy.ts'
export { findJaeger, openTraceBackend } from './trace-backend.ts'
