import { parseAllDocuments } from 'yaml'
import type { KubeObject } from '../kube-object.ts'

/** The objects in a stream of YAML documents; empty documents are left out. @throws on invalid YAML */
export function readObjects(stream: string): KubeObject[] {
  return parseAllDocuments(stream)
    .map((document) => {
      if (document.errors[0]) throw document.errors[0]
      return document.toJS() as KubeObject | null
    })
    .filter((object) => object !== null)
}
