import type { KubeObject } from '../kube-object.ts'

/** The one object of a kind and name. @throws with a list of all objects unless there is exactly one */
export function findObject(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name)
  const [first] = found
  if (first !== undefined && found.length === 1) return first
  const all = objects.map((object) => `${object.kind}/${object.metadata.name}`).join(', ')
  throw new Error(`${found.length} objects are ${kind}/${name}; there are: ${all}`)
}
