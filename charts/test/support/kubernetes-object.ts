/** Any object of Kubernetes, as far as every kind has it. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
  }
  spec?: unknown
}

export interface Container {
  name: string
  image: string
  command?: string[]
  env?: { name: string; value?: string }[]
  ports?: { name: string; containerPort: number }[]
  [field: string]: unknown
}

export interface Pod {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> }
  spec: { serviceAccountName: string; containers: [Container]; [field: string]: unknown }
}

/** The one object of a kind and name; fails with what there is when there is none. */
export function find(objects: KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name)
  const [first] = found
  if (first === undefined || found.length > 1) {
    const all = objects.map((object) => `${object.kind}/${object.metadata.name}`).join(', ')
    throw new Error(`${found.length} objects are ${kind}/${name}; rendered: ${all}`)
  }
  return first
}

/** All objects of a kind. */
export function ofKind(objects: KubernetesObject[], kind: string): KubernetesObject[] {
  return objects.filter((object) => object.kind === kind)
}

/** `Kind/name` of each object, sorted. */
export function names(objects: KubernetesObject[]): string[] {
  return objects.map((object) => `${object.kind}/${object.metadata.name}`).toSorted()
}

/** The pod a Deployment starts. */
export function podOf(objects: KubernetesObject[], deployment: string): Pod {
  return (find(objects, 'Deployment', deployment).spec as { template: Pod }).template
}

/** A container's plain environment. */
export function environmentOf(pod: Pod): Record<string, string> {
  const [container] = pod.spec.containers
  return Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value ?? '']))
}
