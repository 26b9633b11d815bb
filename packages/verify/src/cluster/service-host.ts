import type { ObjectName } from '../evidence/cluster-facts.ts'

/**
 * Whether a host is that of a Service: `cart`, `cart.shop`, `cart.shop.svc.cluster.local`; Istio also takes
 * `*.shop.svc.cluster.local` and `*`.
 *
 * @param home namespace of the object that names a host without one
 */
export function isHostOf(host: string, service: ObjectName, home: string): boolean {
  const [namespace = '', name = ''] = service.split('/')
  const full = `${name}.${namespace}.svc.cluster.local`
  if (host.startsWith('*')) return full.endsWith(host.slice(1))
  if (host === name) return namespace === home
  return [`${name}.${namespace}`, `${name}.${namespace}.svc`, full].includes(host)
}
