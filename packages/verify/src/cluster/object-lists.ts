import { ClusterError } from './cluster-error.ts'
import { type KubeObject, list, record } from './kube-objects.ts'
import type { Kubectl } from './kubectl.ts'

/** A kind of custom resource, and where its objects are looked for. */
interface Wanted {
  group: string
  /** The newest first. */
  versions: readonly string[]
  namespaces: readonly string[]
  /** In all namespaces, where a role allows that. */
  everywhere?: boolean
}

export interface ObjectLists {
  /** Every object, or undefined where the cluster has no such kind or it may not be read. */
  read: (resource: string, wanted: Wanted) => Promise<KubeObject[] | undefined>
  /** The object or list at a path of the API; undefined where there is none or it may not be read. */
  get: (what: string, at: { namespace: string; path: string }) => Promise<unknown>
  /** Adds to `unseen`. */
  say: (text: string) => void
  /** Says in `unseen` what the cluster does not have, and what may not be read. */
  report: () => void
}

/** Reads objects, and collects what could not be read for the evidence's `unseen`. */
export function createObjectLists(kubectl: Kubectl, unseen: string[]): ObjectLists {
  const absent = new Set<string>()
  const forbidden = new Map<string, string[]>()
  /** What is at a path, or why it can't be read. */
  const attempt = (path: string): Promise<unknown> =>
    kubectl.get(path).catch((error: unknown) => {
      if (error instanceof ClusterError) return error
      throw error
    })
  const valueOf = (answer: unknown, what: string, namespace: string): unknown => {
    if (!(answer instanceof ClusterError)) return answer
    if (answer.kind === 'forbidden') forbidden.set(namespace, [...(forbidden.get(namespace) ?? []), what])
    else unseen.push(`${what} of ${namespace}: ${answer.message}`)
    return null
  }
  const get: ObjectLists['get'] = async (what, { namespace, path }) => valueOf(await attempt(path), what, namespace)
  const readEverywhere = async (path: string): Promise<unknown> => {
    return await kubectl.get(path).catch((error: unknown) => {
      if (error instanceof ClusterError) return null
      throw error
    })
  }
  return {
    get,
    say: (text) => void unseen.push(text),
    async read(resource, { group, versions, namespaces, everywhere = false }) {
      for (const version of versions) {
        const root = `/apis/${group}/${version}`
        const all = everywhere ? await readEverywhere(`${root}/${resource}`) : null
        const answers =
          all === null
            ? await Promise.all(namespaces.map((namespace) => attempt(`${root}/namespaces/${namespace}/${resource}`)))
            : [all]
        // A kind that does not exist is absent everywhere, and in some namespaces no right tells.
        const hasAny = answers.some((answer) => answer !== undefined && !(answer instanceof ClusterError))
        if (answers.includes(undefined) && !hasAny) continue
        const lists = answers.map((answer, index) => valueOf(answer, resource, namespaces[index] ?? ''))
        return lists.every((each) => each === null) ? undefined : lists.flatMap((each) => list(record(each)['items']))
      }
      absent.add(group)
      return undefined
    },
    report() {
      for (const [namespace, names] of forbidden) {
        const what = [...new Set(names)].join(', ')
        unseen.push(`in ${namespace}, for want of a right (--print-rbac): ${what}`)
      }
      for (const group of absent) unseen.push(`objects of ${group}: the cluster has no such kinds`)
    },
  }
}
