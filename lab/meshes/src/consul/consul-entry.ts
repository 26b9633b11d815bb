/** A config entry as `PUT /v1/config` accepts it. Consul accepts the camelCase keys of its Kubernetes resources. */
export interface ConsulEntry {
  kind: string
  /** Absent for `mesh`, which has only one entry. */
  name?: string | undefined
  [field: string]: unknown
}
