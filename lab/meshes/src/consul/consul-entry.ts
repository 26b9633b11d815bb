/** A config entry as `PUT /v1/config` takes it. Consul accepts the camelCase keys of its Kubernetes resources. */
export interface ConsulEntry {
  kind: string
  /** Absent for `mesh`, of which there is one. */
  name?: string | undefined
  [field: string]: unknown
}
