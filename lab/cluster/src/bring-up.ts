import { LabError } from '@throughline/lab-programs'
import type { ChosenCluster } from './choose-cluster.ts'
import { applicationRights, meshRights, requireAnswer, requireRights } from './cluster-access.ts'
import { createClusterClient, createPrograms, type Programs } from './cluster-client.ts'
import { type ClusterSettings, clusterSteps } from './cluster-steps.ts'
import { quoteWord } from './command.ts'
import { type CreationRecord, isSame, readRecord } from './creation-record.ts'
import { lookAround } from './look-around.ts'
import { requireArchitecture } from './node-architecture.ts'
import { useOthersMesh } from './others-mesh.ts'
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
  { env, log, signal, programs: injected }: ClusterRun,
): Promise<DoneStep[]> {
  const programs = injected ?? createPrograms(env, signal)
  const steps = clusterSteps({ ...settings, cluster, createCluster: cluster.create })
  await programs.require(steps.map(({ program }) => program))
  const client = createClusterClient(cluster.context, programs)
  const done: DoneStep[] = []
  const execute = async (step: Step): Promise<void> => {
    done.push(await runStep(step, { client, cluster, log, signal }))
  }

  /** Made, and in no record: before it there is nowhere to keep one. */
  const unrecorded: Creation[] = []
  try {
    const creating = steps.filter(({ creates }) => creates?.kind === 'cluster')
    for (const step of creating) {
      await requireNoCluster(programs, cluster)
      unrecorded.push(...(step.creates === undefined ? [] : [step.creates]))
      await execute(step)
    }
    await requireAnswer(client, cluster.context)
    await requireRights(client, applicationRights, cluster)
    if (settings.registry !== undefined) await requireArchitecture(client, programs, env)
    const there = await lookAround(client, settings.mesh)
    const record = await readRecord(client)
    requireSameMesh(steps, record, cluster)
    const isForeign = (thing: Creation): boolean => !record.has(thing) && there.has(thing)
    for (const { creates } of steps) {
      const isApplication = creates?.kind === 'release' && creates.owner === 'application'
      if (isApplication && isForeign(creates)) throw alreadyThere(creates)
    }
    const meshes = steps.flatMap(({ creates }) => (isOfMesh(creates) ? [creates] : []))
    const othersMesh = meshes.some((release) => record.has(release)) ? undefined : there.plane
    if (othersMesh !== undefined) await useOthersMesh(client, { ...settings, plane: othersMesh, log })
    else if (meshes.length > 0) await requireRights(client, meshRights, cluster)

    for (const step of steps.filter((candidate) => !creating.includes(candidate))) {
      const { creates, follows } = step
      const subject = creates ?? follows
      if (subject !== undefined && isForeign(subject)) {
        log(`${step.does}: there already, left as it is`)
        continue
      }
      if (othersMesh !== undefined && isOfMesh(subject)) {
        log(`${step.does}: left out`)
        continue
      }
      if (creates?.kind === 'namespace') {
        // The record lives in it.
        if (!there.has(creates)) await execute(step)
        for (const creation of [...unrecorded, creates]) await record.add(creation)
        unrecorded.length = 0
        continue
      }
      for (const creation of unrecorded.splice(0)) await record.add(creation)
      if (creates?.kind === 'release') {
        const namespace = { kind: 'namespace', name: creates.namespace } as const
        if (!there.has(namespace)) await record.add(namespace)
        await record.add(creates)
      }
      await execute(step)
    }
    return done
  } catch (error) {
    await removeUnrecorded(unrecorded, { cluster, log, programs: injected ?? createPrograms(env) })
    throw error
  }
}

const isOfMesh = (thing: Creation | undefined): thing is Creation & { kind: 'release' } =>
  thing?.kind === 'release' && thing.owner === 'mesh'

function alreadyThere({ name, namespace }: Creation & { kind: 'release' }): LabError {
  return new LabError(
    'TL_USAGE',
    `There is a release ${name} in namespace ${namespace} that this command did not install. ` +
      `Remove it first: helm uninstall ${name} --namespace ${namespace}`,
  )
}

/** A cluster of that name that no context leads to, such as one that an earlier kind left half made. */
async function requireNoCluster({ run }: Programs, { name }: ChosenCluster): Promise<void> {
  const clusters = (await run({ program: 'kind', args: ['get', 'clusters'] }, undefined)).split('\n')
  if (!clusters.includes(name)) return
  throw new LabError(
    'TL_USAGE',
    `kind has a cluster ${name}, and no context of your kubeconfig leads to it: use it after kind export kubeconfig ` +
      `--name ${name}, or remove it with kind delete cluster --name ${name}`,
  )
}

/** Nothing but this run knows of it, also when the run was cancelled. */
async function removeUnrecorded(
  things: readonly Creation[],
  { cluster, log, programs }: { cluster: ChosenCluster; log: ClusterRun['log']; programs: Programs },
): Promise<void> {
  const client = createClusterClient(cluster.context, programs)
  for (const { name } of things) {
    const args = ['delete', 'cluster', '--name', name]
    await runStep({ does: 'Removing the cluster again', program: 'kind', args }, { client, cluster, log }).catch(
      () => {},
    )
  }
}

/** @throws LabError TL_USAGE where this command has installed another mesh there */
function requireSameMesh(steps: readonly Step[], record: CreationRecord, { context }: ChosenCluster): void {
  const other = record
    .created()
    .find((thing) => thing.kind === 'release' && !steps.some(({ creates }) => creates && isSame(creates, thing)))
  if (other === undefined) return
  throw new LabError(
    'TL_USAGE',
    `This command has installed ${other.name} there with another --mesh. Remove that first: ` +
      `npm run cluster -- --down --context ${quoteWord(context)}`,
  )
}
