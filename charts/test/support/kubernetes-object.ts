import {
  type Container,
  containerEnvironment,
  findObject,
  isDeployment,
  type KubeObject,
  type PodSpec,
} from '@throughline/lab-kube-api'

/** A pod's template with nothing to be checked for absence: no labels are none. */
export interface Pod {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> }
  spec: PodSpec & { containers: [Container, ...Container[]] }
}

/** All objects of a kind. */
export function ofKind(objects: KubeObject[], kind: string): KubeObject[] {
  return objects.filter((object) => object.kind === kind)
}

/** `Kind/name` of each object, sorted. */
export function names(objects: KubeObject[]): string[] {
  return objects.map((object) => `${object.kind}/${object.metadata.name}`).toSorted()
}

/** The pod a Deployment starts. */
export function podOf(objects: KubeObject[], name: string): Pod {
  const deployment = findObject(objects, 'Deployment', name)
  if (!isDeployment(deployment)) throw new Error(`${name} is a Deployment of another group`)
  const { metadata, spec } = deployment.spec.template
  const [first, ...others] = spec.containers
  if (first === undefined) throw new Error(`the pod of ${name} has no container`)
  return { metadata: { labels: {}, annotations: {}, ...metadata }, spec: { ...spec, containers: [first, ...others] } }
}

/** The environment of a pod's first container; what only a cluster knows is left out. */
export function environmentOf(pod: Pod): Record<string, string> {
  return containerEnvironment(pod.spec.containers[0])
}
