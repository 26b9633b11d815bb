import { LabError } from '@throughline/lab-programs'
import type { ChosenCluster } from './choose-cluster.ts'
import { type ClusterClient, createClusterClient, createPrograms, type Programs } from './cluster-client.ts'
import { type ClusterSettings, clusterSteps } from './cluster-steps.ts'
import { readRecord } from './creation-record.ts'
import { meshSteps } from './mesh-steps.ts'
import { type DoneStep, runStep } from './run-step.ts'
import type { Creation, Step } from './step.ts'

export interface ClusterRun {
  env: NodeJS.ProcessEnv
  /** One line for each step; a line that ends in `…` is still in progress. */
  log: (line: string) => void
  signal?: AbortSignal | undefined
  /** Default those on the PATH of `env`. */
  programs?: Programs
}

/**
 * Goes from a cluster to the application and its test. What is there already and was not made by this command is used as it
 * is: a namespace, and a mesh; a release of the application is refused.
 *
 * @returns what was done, in order
 * @throws LabError TL_BINARY_MISSING, TL_USAGE, TL_PROGRAM_FAILED with the command and its last lines
 */
export async function bringUp(
  cluster: ChosenCluster,
  settings: Omit<ClusterSettings, 'cluster' | 'createCluster'>,
  { env, log, signal, programs = createPrograms(env, signal) }: ClusterRun,
): Promise<DoneStep[]> {
  const steps = clusterSteps({ ...settings, cluster, createCluster: cluster.create })
  await programs.require(steps.map(({ program }) => program))
  const client = createClusterClient(cluster.context, programs)
  const done: DoneStep[] = []
  const execute = async (step: Step): Promise<void> => {
    done.push(await runStep(step, { client, cluster, log, signal }))
  }

  // Before it there is nothing to ask, and nowhere to keep a record.
  const creating = steps.filter(({ creates }) => creates?.kind === 'cluster')
  for (const step of creating) await execute(step)
  const there = await lookAround(client, settings.mesh)
  const record = await readRecord(client)
  const pending = creating.flatMap(({ creates }) => creates ?? [])
  const isForeign = (thing: Creation): boolean =>
    !record.has(thing) &&
    (there.has(thing) || (thing.kind === 'release' && thing.owner === 'mesh' && there.controlPlane))
  for (const step of steps.filter((candidate) => !creating.includes(candidate))) {
    const { creates, follows } = step
    const subject = creates ?? follows
    if (subject !== undefined && isForeign(subject)) {
      if (subject.kind === 'release' && subject.owner === 'application') throw alreadyThere(subject)
      log(`${step.does}: there already, left as it is`)
      continue
    }
    if (creates?.kind === 'namespace') {
      // The record lives in it.
      if (!there.has(creates)) await execute(step)
      for (const creation of [...pending.splice(0), creates]) await record.add(creation)
      continue
    }
    for (const creation of pending.splice(0)) await record.add(creation)
    if (creates?.kind === 'release') {
      const namespace = { kind: 'namespace', name: creates.namespace } as const
      if (!there.has(namespace)) await record.add(namespace)
      await record.add(creates)
    }
    await execute(step)
  }
  return done
}

function alreadyThere({ name, namespace }: Creation & { kind: 'release' }): LabError {
  return new LabError(
    'TL_USAGE',
    `There is a release ${name} in namespace ${namespace} that this command did not install. ` +
      `Remove it first: helm uninstall ${name} --namespace ${namespace}`,
  )
}

/** What is in the cluster before anything is done. */
async function lookAround({ kubectl, helm }: ClusterClient, mesh: ClusterSettings['mesh']) {
  const namespaces = (await kubectl('get', 'namespaces', '--output', 'name')).split('\n')
  const releases = JSON.parse((await helm('list', '--all-namespaces', '--output', 'json')) || '[]') as {
    name: string
    namespace: string
  }[]
  const { controlPlane } = meshSteps[mesh]
  const planes =
    controlPlane === undefined
      ? ''
      : await kubectl('get', 'deployments', '--all-namespaces', '--selector', controlPlane, '--output', 'name')
  return {
    controlPlane: planes.trim() !== '',
    has(thing: Creation): boolean {
      if (thing.kind === 'namespace') return namespaces.includes(`namespace/${thing.name}`)
      if (thing.kind === 'cluster') return true
      return releases.some(({ name, namespace }) => name === thing.name && namespace === thing.namespace)
    },
  }
}
