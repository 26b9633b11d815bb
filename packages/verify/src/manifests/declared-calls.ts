import type { DeclaredCall } from '../evidence/cluster-facts.ts'
import {
  annotationsOf,
  type KubeObject,
  list,
  namespaceOf,
  objectName,
  SIDECAR_NAMES,
  spec,
  text,
} from '../cluster/kube-objects.ts'
import { isHostOf } from '../cluster/service-host.ts'
import type { DeclaredPod } from './declared-pods.ts'

/** Where telemetry is sent and traces are read: no hops of a request. */
export const TELEMETRY_PORTS = new Set([3200, 4317, 4318, 9411, 14_250, 14_268, 16_685, 16_686])

const URLS = /\b(https?|grpc):\/\/([a-z0-9][a-z0-9.-]*)(?::(\d{1,5}))?(\/[^\s"',;?#]*)?/g
const ADDRESS = /^([a-z][a-z0-9.-]*):(\d{1,5})$/

interface Named {
  host: string
  port: number | null
  http: boolean
  path: string | null
  at: string
}

/** The Services that a workload's own settings name as what it calls, and where. */
export function declaredCalls({ pod, workload }: DeclaredPod, services: readonly KubeObject[]): DeclaredCall[] {
  const at = (what: string): string => `${what} of ${workload.kind} ${workload.name}`
  const excluded = excludedPorts(pod)
  const names = text(annotationsOf(pod)[UPSTREAMS]) === null || isTransparent(pod) ? inEnvironment(pod, at) : []
  return [...inUpstreams(pod, at), ...names].flatMap(({ host, port, http, path, at: where }) => {
    const service = services.find((each) => isHostOf(host, objectName(each), namespaceOf(pod)))
    const isUnread = port !== null && (TELEMETRY_PORTS.has(port) || excluded.has(port))
    if (service === undefined || isUnread) return []
    return [{ caller: objectName(pod), service: objectName(service), port, http, path, at: where }]
  })
}

const UPSTREAMS = 'consul.hashicorp.com/connect-service-upstreams'
const isTransparent = (pod: KubeObject): boolean =>
  text(annotationsOf(pod)['consul.hashicorp.com/transparent-proxy']) === 'true'

function inEnvironment(pod: KubeObject, at: (what: string) => string): Named[] {
  const containers = list(spec(pod)['containers']).filter(
    ({ name }) => !SIDECAR_NAMES.some((sidecar) => text(name)?.startsWith(sidecar)),
  )
  const variables = containers
    .flatMap(({ env }) => list(env))
    .filter(({ name }) => !text(name)?.startsWith('OTEL_'))
    .map(({ name, value }) => ({ name: text(name) ?? '', value: text(value) ?? '' }))
  return variables.flatMap(({ name, value }) => {
    const [, address, number] = ADDRESS.exec(value) ?? []
    if (address !== undefined) return [{ host: address, port: Number(number), http: false, path: null, at: at(name) }]
    return [...value.matchAll(URLS)].map(([, scheme, host = '', port, path]) => ({
      host,
      port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port),
      http: scheme !== 'https',
      path: path === undefined || path === '/' ? null : path,
      at: at(name),
    }))
  })
}

/** `counting:9001, cart.svc.shop.ns:9002, cart.shop:9003`: the port is one of the caller's own. */
function inUpstreams(pod: KubeObject, at: (what: string) => string): Named[] {
  return (text(annotationsOf(pod)[UPSTREAMS]) ?? '').split(',').flatMap((upstream) => {
    const [address = '', port] = upstream.trim().split(':')
    const [name = '', ...labels] = address.split('.')
    if (port === undefined || !/^[a-z0-9-]+$/.test(name)) return []
    const namespace = labels[0] === 'svc' ? labels[labels.indexOf('ns') - 1] : labels[0]
    const host = namespace === undefined ? name : `${name}.${namespace}`
    return [{ host, port: null, http: false, path: null, at: at('connect-service-upstreams') }]
  })
}

/** Ports that the workload keeps from its sidecar. */
function excludedPorts(pod: KubeObject): Set<number> {
  const annotations = annotationsOf(pod)
  const written = [
    'traffic.sidecar.istio.io/excludeOutboundPorts',
    'consul.hashicorp.com/transparent-proxy-exclude-outbound-ports',
  ]
  return new Set(written.flatMap((name) => (text(annotations[name]) ?? '').split(',').map(Number)))
}
