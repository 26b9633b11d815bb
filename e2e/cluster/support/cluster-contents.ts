import type { ClusterNode } from './start-node.ts'

/** What comes and goes by itself (a node's first heartbeat), is no object, or is made by the API server for definitions. */
const PASSING = /^(events|leases|componentstatuses|apiservices)(\.|$)/

/** Every object of every kind, as `Kind namespace/name` with its identity and the number of changes of its spec. */
export async function clusterContents({ kubectl }: ClusterNode): Promise<string[]> {
  const kinds = (await kubectl('api-resources', '--verbs=list', '--output=name'))
    .trim()
    .split('\n')
    .filter((kind) => !PASSING.test(kind))
  const fields = { KIND: 'kind', NAMESPACE: 'namespace', NAME: 'name', UID: 'uid', GENERATION: 'generation' }
  const columns = Object.entries(fields).map(
    ([title, field]) => `${title}:.${field === 'kind' ? '' : 'metadata.'}${field}`,
  )
  const format = `custom-columns=${columns.join(',')}`
  const printed = await kubectl('get', kinds.join(','), '--all-namespaces', '--no-headers', '--output', format)
  return printed
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '))
    .toSorted()
}
