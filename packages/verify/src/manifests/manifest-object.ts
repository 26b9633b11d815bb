import type { KubeObject } from '../cluster/kube-objects.ts'

/** A Kubernetes object of a file. */
export interface ManifestObject {
  object: KubeObject
  file: string
  /** The line, from 1, of a field such as `spec.rules[0].to`; of the nearest part of it that is written. */
  lineOf: (field: string) => number
}

/** Keys and indexes of a field: `spec.portLevelMtls["80"].mode`, with what follows a space left out. */
export function parseField(field: string): (string | number)[] {
  const [first = ''] = field.split(' ')
  return [...first.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, key]) =>
    index === undefined ? (quoted ?? key ?? '') : Number(index),
  )
}
