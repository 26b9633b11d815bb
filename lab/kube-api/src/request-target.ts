import { notFound } from './kube-error.ts'
import type { ResourceType } from './resource-type.ts'
import type { TypeRegistry } from './type-registry.ts'

/** The target of a path: the objects of a kind in a namespace or everywhere, one of them, or a part of one. */
export interface RequestTarget {
  type: ResourceType
  namespace?: string
  name?: string
  subresource?: string
}

/**
 * Reads `/api/v1/…` and `/apis/<group>/<version>/…` (kubernetes.io, "Kubernetes API Concepts").
 *
 * @throws KubeError 404 for an unknown kind
 */
export function parseTarget(pathname: string, types: TypeRegistry): RequestTarget {
  const [root, ...parts] = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
  const apiVersion = parts.splice(0, root === 'apis' ? 2 : 1).join('/')
  if ((root !== 'api' && root !== 'apis') || parts.length === 0) throw notFound(`path ${pathname}`)
  // `/namespaces/x` alone is a Namespace, and so are its parts, such as its status.
  const isInside = parts[0] === 'namespaces' && parts.length > 2 && types.byPlural(apiVersion, parts[2] ?? '')
  const namespace = isInside ? parts.splice(0, 2)[1] : undefined
  const [plural = '', name, subresource] = parts
  const type = types.byPlural(apiVersion, plural)
  if (type === undefined) throw notFound(`resource ${plural} of ${apiVersion}`)
  return {
    type,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  }
}
