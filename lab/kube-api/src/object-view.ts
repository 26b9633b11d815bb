import type { KubeObject } from './kube-object.ts'
import type { RequestTarget } from './request-target.ts'
import { matchesFields, matchesSelector, parseLabelSelector } from './selectors.ts'

/** The objects that a request selects, and the form in which it wants them. */
export interface ObjectView {
  matches: (object: KubeObject) => boolean
  form: (object: KubeObject) => object
  /** `apiVersion` and `kind` of a single object. */
  typeMeta: { apiVersion: string; kind: string }
}

/** @throws KubeError 400 for an invalid selector */
export function createObjectView(
  { type, namespace, name }: RequestTarget,
  { query, accept }: { query: URLSearchParams; accept: string },
): ObjectView {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  const fields = query.get('fieldSelector') ?? ''
  // istiod watches CustomResourceDefinitions in this form: their names are enough for it.
  const metadataOnly = accept.includes('as=PartialObjectMetadata')
  const typeMeta = metadataOnly
    ? { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' }
    : { apiVersion: type.apiVersion, kind: type.kind }
  return {
    typeMeta,
    matches: (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      (name === undefined || object.metadata.name === name) &&
      matchesSelector(object.metadata.labels ?? {}, labels) &&
      matchesFields(object, fields),
    form: (object) => (metadataOnly ? { ...typeMeta, metadata: object.metadata } : { ...object, ...typeMeta }),
  }
}
