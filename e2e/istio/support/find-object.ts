import type { KubeObject } from '@throughline/lab-kube-api'

/** The object of a kind and name; fails with what there is when there is none. */
export function findObject(objects: KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name)
  if (found !== undefined) return found
  const all = objects.map((object) => `${object.kind}/${object.metadata.name}`).join(', ')
  throw new Error(`there is no ${kind}/${name}, but ${all}`)
}
