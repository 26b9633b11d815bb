/** Anything JSON can hold. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

export interface ObjectMeta {
  name: string
  namespace?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  [field: string]: unknown
}

/** The fields that every object of the Kubernetes API has. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  spec?: unknown
  status?: unknown
  [field: string]: unknown
}

/** Names one object. `apiVersion` is needed only where two groups have the kind, `namespace` only for namespaced kinds. */
export interface ObjectRef {
  apiVersion?: string
  kind: string
  namespace?: string
  name: string
}
