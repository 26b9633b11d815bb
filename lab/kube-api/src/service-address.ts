import { idOf, type ObjectStore } from './object-store.ts'

export interface ServiceAddress {
  host: string
  port: number
}

interface ServicePort {
  name?: string
  port: number
}

interface EndpointSlice {
  metadata: { namespace: string; labels?: Record<string, string> }
  endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[]
  ports?: { name?: string; port: number }[]
}

/** Where a Service's port leads: a ready endpoint of its EndpointSlices; undefined when there is none. */
export function findServiceAddress(
  store: ObjectStore,
  { namespace, name, port }: { namespace: string; name: string; port: number },
): ServiceAddress | undefined {
  const service = store.get('/services', idOf({ namespace, name }))
  const { ports = [] } = (service?.spec ?? {}) as { ports?: ServicePort[] }
  const wanted = ports.find((one) => one.port === port)
  if (wanted === undefined) return undefined
  const slices = store.list('discovery.k8s.io/endpointslices') as unknown as EndpointSlice[]
  for (const { metadata, endpoints = [], ports: targets = [] } of slices) {
    if (metadata.namespace !== namespace || metadata.labels?.['kubernetes.io/service-name'] !== name) continue
    const target = targets.find((one) => (one.name ?? '') === (wanted.name ?? ''))
    const host = endpoints.find(({ conditions }) => conditions?.ready !== false)?.addresses[0]
    if (target !== undefined && host !== undefined) return { host, port: target.port }
  }
  return undefined
}
