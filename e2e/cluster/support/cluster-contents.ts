import type { ClusterNode } from './start-node.ts'

/** Kinds of which a mesh or a chart makes objects outside of its own namespace, and the pods of all. */
const KINDS = [
  'namespaces',
  'customresourcedefinitions',
  'clusterroles',
  'clusterrolebindings',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'configmaps',
  'secrets',
  'serviceaccounts',
  'services',
  'pods',
]

/** Every object of these kinds, as `Kind namespace/name`. */
export async function clusterContents({ kubectl }: ClusterNode): Promise<string[]> {
  const format = 'custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name'
  const printed = await kubectl('get', KINDS.join(','), '--all-namespaces', '--no-headers', '--output', format)
  return printed
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '))
    .toSorted()
}
