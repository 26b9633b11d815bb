import type { ClusterClient } from './cluster-client.ts'
import { APPLICATION_NAMESPACE } from './cluster-steps.ts'
import type { Creation } from './step.ts'

/** The ConfigMap that lists what the command created, in the cluster itself: it knows of no other machine and ends with it. */
export const RECORD_NAME = 'throughline-cluster'

export interface CreationRecord {
  /** In order of their creation. */
  created: () => readonly Creation[]
  has: (creation: Creation) => boolean
  /** Written before the thing is made, so that a command that is killed in between leaves nothing unknown. */
  add: (creation: Creation) => Promise<void>
}

export const isSame = (a: Creation, b: Creation): boolean => keyOf(a) === keyOf(b)

function keyOf(creation: Creation): string {
  return `${creation.kind} ${creation.kind === 'release' ? `${creation.namespace}/` : ''}${creation.name}`
}

/** Reads the record; an empty one where there is none. */
export async function readRecord({ kubectl, run }: ClusterClient): Promise<CreationRecord> {
  const where = ['--namespace', APPLICATION_NAMESPACE]
  const found = await kubectl('get', 'configmap', RECORD_NAME, ...where, '--ignore-not-found', '--output', 'json')
  const text =
    found.trim() === '' ? '[]' : ((JSON.parse(found) as { data?: { created?: string } }).data?.created ?? '[]')
  const things = JSON.parse(text) as Creation[]
  const has = (creation: Creation): boolean => things.some((thing) => isSame(thing, creation))
  return {
    created: () => things,
    has,
    async add(creation) {
      if (has(creation)) return
      things.push(creation)
      const object = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: RECORD_NAME, namespace: APPLICATION_NAMESPACE },
        data: { created: JSON.stringify(things) },
      }
      await run({ program: 'kubectl', args: ['apply', '--filename', '-'] }, JSON.stringify(object))
    },
  }
}
