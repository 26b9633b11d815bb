import fs from 'node:fs/promises'
import path from 'node:path'
import { messageOf } from '@throughline/lab-programs'
import type { ClusterNode } from './start-node.ts'

const NAMESPACE = 'throughline'

/** Names of the pods of an application that are not ending. */
export async function podsOf({ kubectl }: ClusterNode, app: string): Promise<string[]> {
  const selector = ['--namespace', NAMESPACE, '--selector', `app.kubernetes.io/name=${app}`]
  const { items } = JSON.parse(await kubectl('get', 'pods', ...selector, '--output', 'json')) as {
    items: { metadata: { name: string; deletionTimestamp?: string } }[]
  }
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name)
}

/** Asks for the eviction of a pod, as `kubectl drain` does; `evicted`, or why not. */
export async function evict({ kubectl, run }: ClusterNode, name: string): Promise<string> {
  const file = path.join(run, 'eviction.json')
  const metadata = { name, namespace: NAMESPACE }
  await fs.writeFile(file, JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata }))
  const url = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`
  return await kubectl('create', '--raw', url, '--filename', file).then(
    () => 'evicted',
    (error: unknown) => messageOf(error),
  )
}
