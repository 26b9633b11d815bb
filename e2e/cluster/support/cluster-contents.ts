import type { ClusterNode } from './start-node.ts'

/** What comes and goes by itself (a node's first heartbeat), is no object, or is made by the API server for definitions. */
const PASSING = /^(events|leases|componentstatuses|apiservices)(\.|$)/

const FORMAT =
  'custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name,UID:.metadata.uid,GENERATION:.metadata.generation'

/** Every object of every kind, as `Kind namespace/name` with its identity and the number of changes of its spec. */
export async function clusterContents({ kubectl }: ClusterNode): Promise<string[]> {
  const kinds = (await kubectl('api-resources', '--verbs=list', '--output=name'))
    .trim()
    .split('\n')
    .filter((kind) => !PASSING.test(kind))
  const printed = await kubectl('get', kinds.join(','), '--all-namespaces', '--no-headers', '--output', FORMAT)
  return printed
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '))
    .toSorted()
}
