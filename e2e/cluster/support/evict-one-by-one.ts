import fs from 'node:fs/promises'
import path from 'node:path'
import { messageOf } from '@throughline/lab-programs'
import { pollUntil } from '@throughline/lab-testkit'
import { expect } from 'vitest'
import type { ClusterNode } from './start-node.ts'

const NAMESPACE = 'throughline'

/** Evicts both pods of an application, the second as soon as its disruption budget allows, and no earlier. */
export async function evictOneByOne(node: ClusterNode, app: string): Promise<void> {
  const [first = '', second = ''] = await podsOf(node, app)
  expect(await evict(node, first)).toBe('evicted')
  expect(await evict(node, second)).toMatch(/disruption budget/)
  await pollUntil(async () => (await evict(node, second)) === 'evicted', {
    what: `the second eviction of ${app}`,
    deadline: 120_000,
    interval: 1000,
  })
}

/** Names of the pods of an application that are not ending. */
async function podsOf({ kubectl }: ClusterNode, app: string): Promise<string[]> {
  const selector = ['--namespace', NAMESPACE, '--selector', `app.kubernetes.io/name=${app}`]
  const { items } = JSON.parse(await kubectl('get', 'pods', ...selector, '--output', 'json')) as {
    items: { metadata: { name: string; deletionTimestamp?: string } }[]
  }
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name)
}

/** Asks for the eviction of a pod, as `kubectl drain` does; `evicted`, or why not. */
async function evict({ kubectl, run }: ClusterNode, name: string): Promise<string> {
  const file = path.join(run, `evict-${name}.json`)
  const metadata = { name, namespace: NAMESPACE }
  await fs.writeFile(file, JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata }))
  const url = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`
  return await kubectl('create', '--raw', url, '--filename', file).then(
    () => 'evicted',
    (error: unknown) => messageOf(error),
  )
}
