import type { ClusterFacts, ConsulFacts, ServiceFacts } from '../../evidence/cluster-facts.ts'
import type { ObjectLine } from '../finding.ts'

export interface OpaquePort {
  /** What it is declared as. */
  protocol: string
  object: ObjectLine
  fix: string
}

/** Protocols that a sidecar reads as HTTP. */
const HTTP = new Set(['http', 'http2', 'grpc', 'grpc-web', 'kubernetes.io/h2c', 'kubernetes.io/ws'])
/** Protocols by which Istio forwards bytes. Any other name is sniffed. Source: Istio, "Protocol Selection". */
const BYTES = new Set(['tcp', 'tls', 'https', 'mongo', 'mysql', 'redis', 'udp'])

/** Why the mesh takes a called port for something other than HTTP; undefined where it does not. */
export function opaquePort({ consul, pods, declared }: ClusterFacts, service: ServiceFacts): OpaquePort | undefined {
  const mesh = pods.find(({ pod, sidecar }) => sidecar !== null && service.pods.includes(pod))?.sidecar
  if (mesh === 'istio') return opaqueInIstio(service)
  if (mesh !== 'consul' || consul === null) return undefined
  // Of files, the default of the mesh may be among others.
  const isElsewhere = declared !== undefined && consul.proxyDefaults.length === 0
  return isElsewhere && !hasDefaults(consul, service) ? undefined : opaqueInConsul(consul, service)
}

const hasDefaults = ({ serviceDefaults }: ConsulFacts, { service }: ServiceFacts): boolean =>
  serviceDefaults.some((each) => each.protocol !== null && service.endsWith(`/${each.service}`))

function opaqueInIstio({ service, port, portIndex }: ServiceFacts): OpaquePort | undefined {
  if (port === null) return undefined
  const [prefix = ''] = port.name?.split('-') ?? []
  const named = port.name?.startsWith('grpc-web') ? 'grpc-web' : prefix
  const protocol = port.appProtocol ?? named
  if (!BYTES.has(protocol)) return undefined
  const field = `spec.ports[${portIndex}].${port.appProtocol === null ? 'name' : 'appProtocol'}`
  return {
    protocol,
    object: { kind: 'Service', name: service, field },
    fix: `in Service ${service} set spec.ports[${portIndex}].appProtocol: http, or name the port http-…`,
  }
}

function opaqueInConsul(
  { proxyDefaults, serviceDefaults }: ConsulFacts,
  { service }: ServiceFacts,
): OpaquePort | undefined {
  const [, name = ''] = service.split('/')
  const own = serviceDefaults.find((each) => each.service === name)
  const global = proxyDefaults.find(({ protocol }) => protocol !== null)
  const protocol = own?.protocol ?? global?.protocol ?? 'tcp'
  if (HTTP.has(protocol)) return undefined
  return {
    protocol,
    object: {
      kind: 'ServiceDefaults',
      name: own?.name ?? service,
      field: own === undefined ? 'does not exist' : 'spec.protocol',
    },
    fix: `a ServiceDefaults ${name} with spec.protocol: http, or protocol: http in spec.config of ProxyDefaults global`,
  }
}
