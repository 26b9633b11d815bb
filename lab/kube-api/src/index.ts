export { createFakeKubeApi, type FakeKubeApi, type FakeKubeApiOptions } from './create-fake-kube-api.ts'
export { KubeError } from './kube-error.ts'
export type { Json, KubeObject, ObjectMeta, ObjectRef } from './kube-object.ts'
export type { TokenSubject } from './tokens.ts'
