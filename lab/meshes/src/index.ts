export {
  createCertificateAuthority,
  spiffeId,
  writeCertificates,
  type CertificateAuthority,
  type Identity,
} from './certs.ts'
export { findJaeger, openTraceBackend, type TraceBackendAddresses } from './trace-backend.ts'
export { makeBootstrap, proxyIdOf, type Bootstrap, type BootstrapOptions } from './consul/bootstrap.ts'
export { renderAgent, type ConsulAgent } from './consul/consul-agent.ts'
export { createConsulClient } from './consul/consul-client.ts'
export { createConsulMesh } from './consul/consul-mesh.ts'
export type { ServicePlacement } from './placement/consul-placement.ts'
export { listenersOf, type ConsulSidecar } from './consul/consul-sidecar.ts'
export { createControlApi, type ControlApi } from './control-api.ts'
export { buildSubcharts } from './helm/build-subcharts.ts'
export { createHelm, type Helm, type HelmResult, type RenderOptions } from './helm/create-helm.ts'
export { istioNamespace, renderIstioObjects, type IstioObjectsOptions } from './istio/control-plane/istio-objects.ts'
export { startIstiod, type Istiod, type StartIstiodOptions } from './istio/control-plane/start-istiod.ts'
export type { IstioMesh } from './istio/istio-mesh.ts'
export { bypasses, topologies, type BypassChoice, type Lab, type LabOptions, type Topology } from './lab-options.ts'
export { writeMeshFile } from './mesh-files.ts'
export type { PreparedMesh } from './mesh-module.ts'
export { meshModules } from './mesh-modules.ts'
export {
  isMeshName,
  isTracer,
  meshNames,
  tracers,
  type MeshName,
  type Bypass,
  type Mesh,
  type Setting,
  type SidecarStatus,
  type Tracer,
} from './mesh.ts'
export { placeWithoutMesh } from './placement/no-mesh.ts'
export { renderMesh, type MeshSource, type MeshValue } from './render-mesh.ts'
export type { ServiceName } from './service-name.ts'
export { checkSidecar, type SidecarCheck, type SidecarExpectation } from './sidecar/check-sidecar.ts'
export { createEnvoySidecar, type Sidecar } from './sidecar/envoy-sidecar.ts'
export { waitUntilDrained, waitUntilTaken } from './sidecar/sidecar-updates.ts'
export {
  createStaticEnvoyConfig,
  sidecars,
  type SidecarName,
  type StaticEnvoySettings,
} from './static-envoy/static-envoy-config.ts'
export { createStaticEnvoyMesh } from './static-envoy/static-envoy.ts'
