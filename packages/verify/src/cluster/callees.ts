import { analyse } from '../evidence/analyse.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { annotationsOf, type KubeObject, namespaceOf, text } from './kube-objects.ts'

/** A Service that a span on the path names as its upstream. */
export interface Callee {
  name: string
  /** Null: not named, which is that of the caller. */
  namespace: string | null
  port: number | null
}

/**
 * Which Services the probes were forwarded to, by the clusters of proxies and the authorities of apps' calls.
 *
 * @param home namespace of those that name none
 */
export function findCallees(evidence: Evidence, home: string): (Callee & { namespace: string })[] {
  const spans = analyse(evidence).paths.flatMap(({ nodes }) => nodes.map(({ span }) => span))
  const found = spans.flatMap(({ cluster, authority, kind, proxy }) => {
    const byCluster = cluster === null ? undefined : readCluster(cluster)
    if (byCluster !== undefined) return [byCluster]
    return !proxy && kind === 'client' && authority !== null ? [readAuthority(authority)] : []
  })
  const unique = new Map<string, Callee & { namespace: string }>()
  for (const callee of found) {
    if (callee === undefined) continue
    const namespace = callee.namespace ?? home
    const key = `${namespace}/${callee.name}`
    const known = unique.get(key)
    unique.set(key, { ...callee, namespace, port: known?.port ?? callee.port })
  }
  return [...unique.values()]
}

/**
 * Services that apps call through a listener of their sidecar on loopback, by their pods' annotation of Consul, such as
 * `cart:9001, stock.svc:9002`.
 */
export function findUpstreams(evidence: Evidence, pods: readonly KubeObject[]): (Callee & { namespace: string })[] {
  const spans = analyse(evidence).paths.flatMap(({ nodes }) => nodes.map(({ span }) => span))
  const ports = new Set(
    spans.flatMap(({ proxy, authority }) => LOOPBACK.exec(proxy ? '' : (authority ?? ''))?.[1] ?? []),
  )
  return pods.flatMap((pod) => {
    const upstreams = text(annotationsOf(pod)['consul.hashicorp.com/connect-service-upstreams']) ?? ''
    return upstreams.split(',').flatMap((upstream) => {
      const [service = '', port = ''] = upstream.trim().split(':')
      const [name] = /^[a-z0-9-]+/.exec(service) ?? []
      return name !== undefined && ports.has(port) ? [{ name, namespace: namespaceOf(pod), port: null }] : []
    })
  })
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\]):(\d+)$/

/** `outbound|9001||counting.shop.svc.cluster.local` of Istio, `counting.default.dc1.internal.….consul` of Consul. */
function readCluster(cluster: string): Callee | undefined {
  const [, port, name = '', namespace = null] =
    /^outbound\|(\d+)\|[^|]*\|([a-z0-9-]+)\.([a-z0-9-]+)\.svc\b/.exec(cluster) ?? []
  if (port !== undefined) return { name, namespace, port: Number(port) }
  const [, service] =
    /^(?:[0-9a-f]+~)?([a-z0-9-]+)\.[a-z0-9.-]+\.(?:internal|external)\.[0-9a-f-]{36}\.consul$/.exec(cluster) ?? []
  return service === undefined ? undefined : { name: service, namespace: null, port: null }
}

function readAuthority(authority: string): Callee | undefined {
  const [host = '', port] = authority.split(':')
  const parts = host.split('.')
  // `cart-0.cart.shop.svc…` is a pod behind a headless Service.
  const [name = '', namespace = null, ...rest] = parts[3] === 'svc' ? parts.slice(1) : parts
  const isService = /^[a-z][a-z0-9-]*$/.test(name) && name !== 'localhost' && (rest.length === 0 || rest[0] === 'svc')
  return isService ? { name, namespace, port: port === undefined ? 80 : Number(port) } : undefined
}
