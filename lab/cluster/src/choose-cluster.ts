import { findOnPath, LabError } from '@throughline/lab-programs'
import { OWN_CLUSTER } from './cluster-steps.ts'
import { type KubeContext, type KubeContexts, readContexts } from './kube-contexts.ts'
import { problemOf } from './programs.ts'

export interface ChosenCluster extends KubeContext {
  /** Whether it has to be made. */
  create: boolean
}

/**
 * The cluster to use: the one whose context the user names; otherwise a kind cluster of our own, where kind and a container
 * engine are there; otherwise the current context, if that is kind, minikube or Docker Desktop. Any other has to be named.
 *
 * @param name the context that the user named
 * @throws LabError TL_USAGE that names every way to say which
 */
export async function chooseCluster(name: string | undefined, env: NodeJS.ProcessEnv): Promise<ChosenCluster> {
  const contexts = await readContexts(env)
  if (name !== undefined) {
    const named = contexts.all.find(({ context }) => context === name)
    if (named === undefined) throw new LabError('TL_USAGE', `There is no context "${name}". ${known(contexts)}`)
    return { ...named, create: false }
  }
  const hasKind = (await findOnPath('kind', env)) !== undefined
  const problem = hasKind ? await problemOf('docker', env) : undefined
  if (hasKind && problem === undefined) {
    const context = `kind-${OWN_CLUSTER}`
    const create = !contexts.all.some((candidate) => candidate.context === context)
    return { context, kind: 'kind', name: OWN_CLUSTER, create }
  }
  const { current } = contexts
  if (current !== undefined && current.kind !== 'other') return { ...current, create: false }
  throw new LabError(
    'TL_USAGE',
    [
      current === undefined
        ? 'There is no cluster to use. Any one of these will do:'
        : `The current context, ${current.context}, is used only when you name it. Any one of these will do:`,
      `  - name the cluster: --context NAME. ${known(contexts)}`,
      problem === undefined
        ? '  - install kind and Docker, and a cluster is made for you: https://kind.sigs.k8s.io, https://docs.docker.com/get-started/get-docker/'
        : `  - a kind cluster that is made for you: ${problem}`,
      '  - make a kind, minikube or Docker Desktop cluster the current context',
    ].join('\n'),
  )
}

function known({ all, failure }: KubeContexts): string {
  if (failure !== undefined) return failure
  if (all.length === 0) return 'kubectl knows none.'
  return `kubectl knows ${all.map(({ context }) => context).join(', ')}.`
}
