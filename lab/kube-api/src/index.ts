export { createFakeKubeApi, type FakeKubeApi, type FakeKubeApiOptions } from './create-fake-kube-api.ts'
export { KubeError } from './kube-error.ts'
export type { Json, KubeObject, ObjectMeta, ObjectRef } from './kube-object.ts'
export type { TokenSubject } from './tokens.ts'
export { containerEnvironment, expand } from './objects/container-environment.ts'
export { findObject } from './objects/find-object.ts'
export { readObjects } from './objects/read-objects.ts'
export {
  isDeployment,
  isNetworkPolicy,
  isService,
  type Container,
  type Deployment,
  type EnvVariable,
  type NetworkPolicy,
  type Pod,
  type PodSpec,
  type PodTemplate,
  type Service,
} from './objects/workload.ts'
