import type { KubeObject } from './kube-object.ts'
import { parseApiVersion, type ResourceType } from './resource-type.ts'
import { type Labels, type LabelSelector, matchesSelector } from './selectors.ts'

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE'

/** One webhook of a Mutating- or ValidatingWebhookConfiguration (`admissionregistration.k8s.io/v1`). */
export interface Webhook {
  name: string
  clientConfig: {
    url?: string
    service?: { namespace: string; name: string; path?: string; port?: number }
    /** PEM, base64. */
    caBundle?: string
  }
  rules?: { operations: string[]; apiGroups: string[]; apiVersions: string[]; resources: string[] }[]
  failurePolicy?: 'Fail' | 'Ignore'
  namespaceSelector?: LabelSelector
  objectSelector?: LabelSelector
  timeoutSeconds?: number
}

interface Subject {
  type: ResourceType
  operation: Operation
  object: KubeObject
  /** Labels of the object's namespace; undefined for an object outside of namespaces. */
  namespaceLabels?: Labels | undefined
}

/** Whether a webhook is called for a write: its rules and both of its selectors match. */
export function isMatch(webhook: Webhook, { type, operation, object, namespaceLabels }: Subject): boolean {
  const { group, version } = parseApiVersion(type.apiVersion)
  const hasRule = (webhook.rules ?? []).some(
    (rule) =>
      has(rule.operations, operation) &&
      has(rule.apiGroups, group) &&
      has(rule.apiVersions, version) &&
      (has(rule.resources, type.plural) || rule.resources.includes('*/*')),
  )
  return (
    hasRule &&
    (namespaceLabels === undefined || matchesSelector(namespaceLabels, webhook.namespaceSelector)) &&
    matchesSelector(object.metadata.labels ?? {}, webhook.objectSelector)
  )
}

function has(list: string[], value: string): boolean {
  return list.includes('*') || list.includes(value)
}
