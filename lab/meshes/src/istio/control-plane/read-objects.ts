import type { KubeObject } from '@throughline/lab-kube-api'
import { parseAllDocuments } from 'yaml'

/** The objects in a stream of YAML documents. @throws on YAML that is none */
export function readObjects<Shape = KubeObject>(stream: string): Shape[] {
  return parseAllDocuments(stream)
    .map((document) => {
      if (document.errors[0]) throw document.errors[0]
      return document.toJS() as Shape | null
    })
    .filter((object) => object !== null)
}
