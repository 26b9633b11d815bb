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

/** Any object of the Kubernetes API, as far as every kind has it. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  spec?: unknown
  status?: unknown
  [field: string]: unknown
}

/** Names one object. `apiVersion` is needed only where two groups have the kind; `namespace` for kinds that live in one. */
export interface ObjectRef {
  apiVersion?: string
  kind: string
  namespace?: string
  name: string
}
