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

/** The address behind a Service's port: a ready endpoint of its EndpointSlices; undefined without one. */
export function findServiceAddress(
  store: ObjectStore,
  { namespace, name, port }: { namespace: string; name: string; port: number },
): ServiceAddress | undefined {
  const service = store.get('/services', idOf({ namespace, name }))
  const { ports = [] } = (service?.spec ?? {}) as { ports?: ServicePort[] }
  const servicePort = ports.find((candidate) => candidate.port === port)
  if (servicePort === undefined) return undefined
  const slices = store.list('discovery.k8s.io/endpointslices') as unknown as EndpointSlice[]
  for (const { metadata, endpoints = [], ports: targets = [] } of slices) {
    if (metadata.namespace !== namespace || metadata.labels?.['kubernetes.io/service-name'] !== name) continue
    const target = targets.find((candidate) => (candidate.name ?? '') === (servicePort.name ?? ''))
    const host = endpoints.find(({ conditions }) => conditions?.ready !== false)?.addresses[0]
    if (target !== undefined && host !== undefined) return { host, port: target.port }
  }
  return undefined
}
