import type { ClusterRun } from './bring-up.ts'
import type { ChosenCluster } from './choose-cluster.ts'
import { requireAnswer } from './cluster-access.ts'
import { type ClusterClient, createClusterClient, createPrograms } from './cluster-client.ts'
import { APPLICATION_NAMESPACE } from './cluster-steps.ts'
import { type Command, formatCommand } from './command.ts'
import { type CreationRecord, readRecord, RECORD_NAME } from './creation-record.ts'
import { meshSteps } from './mesh-steps.ts'
import { type DoneStep, runStep } from './run-step.ts'
import type { Creation, Step } from './step.ts'

/**
 * Removes what `bringUp` created in a cluster, the newest first, and nothing else; the cluster itself, where it made that.
 *
 * @param options.dryRun only tells the commands
 * @returns what was done; nothing where the cluster has no record of this command
 */
export async function takeDown(
  cluster: ChosenCluster,
  { env, log, signal, programs = createPrograms(env, signal), dryRun = false }: ClusterRun & { dryRun?: boolean },
): Promise<DoneStep[]> {
  if (cluster.create) return []
  await programs.require(cluster.kind === 'kind' ? ['kubectl', 'helm', 'kind'] : ['kubectl', 'helm'])
  const client = createClusterClient(cluster.context, programs)
  await requireAnswer(client, cluster.context)
  const record = await readRecord(client)
  const done: DoneStep[] = []
  for (const step of await removalSteps(client, record)) {
    if (dryRun) done.push({ command: formatCommand(step, cluster.context), seconds: 0, output: '' })
    else done.push(await runStep(step, { client, cluster, log, signal }))
  }
  return done
}

async function removalSteps(client: ClusterClient, record: CreationRecord): Promise<Step[]> {
  const created = record.created()
  const made = created.find(({ kind }) => kind === 'cluster')
  if (made !== undefined) {
    return [{ does: 'Removing the cluster', program: 'kind', args: ['delete', 'cluster', '--name', made.name] }]
  }
  if (created.length === 0) return []
  const releases = created.filter((thing) => thing.kind === 'release').toReversed()
  const namespaces = created.filter((thing) => thing.kind === 'namespace').toReversed()
  return [
    ...releases.flatMap((release) => [
      uninstall(release),
      ...(release.owner === 'application' ? [removePods(release)] : []),
    ]),
    ...(await definitionsOf(client, releases)),
    ...(await leftBehind(client, releases)),
    ...namespaces.filter(({ name }) => name !== APPLICATION_NAMESPACE).map(({ name }) => removeNamespace(name)),
    {
      does: 'Removing the record of it',
      program: 'kubectl',
      args: ['delete', 'configmap', RECORD_NAME, '--namespace', APPLICATION_NAMESPACE],
    },
    ...namespaces.filter(({ name }) => name === APPLICATION_NAMESPACE).map(({ name }) => removeNamespace(name)),
  ]
}

function uninstall({ name, namespace }: { name: string; namespace: string }): Step {
  return {
    does: `Removing ${name}`,
    program: 'helm',
    args: ['uninstall', name, '--namespace', namespace, '--ignore-not-found', '--wait'],
  }
}

/** Those of `helm test`, which Helm leaves, and those that are still ending. */
function removePods({ name, namespace }: { name: string; namespace: string }): Step {
  return {
    does: `Removing the pods of ${name}`,
    program: 'kubectl',
    args: ['delete', 'pods', '--namespace', namespace, '--selector', `app.kubernetes.io/instance=${name}`],
  }
}

function removeNamespace(name: string): Step {
  return {
    does: `Removing namespace ${name}`,
    program: 'kubectl',
    args: ['delete', 'namespace', name, '--ignore-not-found'],
  }
}

/** Definitions that a chart asks Helm to keep are removed too: Helm's annotation says whose they are. */
async function definitionsOf(
  client: ClusterClient,
  releases: readonly (Creation & { kind: 'release' })[],
): Promise<Step[]> {
  const { items } = JSON.parse(await client.kubectl('get', 'customresourcedefinitions', '--output', 'json')) as {
    items: { metadata: { name: string; annotations?: Record<string, string> } }[]
  }
  const names = items
    .filter(({ metadata: { annotations = {} } }) =>
      releases.some(
        ({ name, namespace, owner }) =>
          owner === 'mesh' &&
          annotations['meta.helm.sh/release-name'] === name &&
          annotations['meta.helm.sh/release-namespace'] === namespace,
      ),
    )
    .map(({ metadata }) => metadata.name)
  if (names.length === 0) return []
  const args = ['delete', 'customresourcedefinitions', ...names, '--ignore-not-found']
  return [{ does: 'Removing the definitions', program: 'kubectl', args }]
}

/** What a mesh made at run time, outside of its namespace. */
async function leftBehind(client: ClusterClient, releases: readonly { name: string }[]): Promise<Step[]> {
  const kinds = (await client.kubectl('api-resources', '--output', 'name')).split('\n')
  const commands = Object.values(meshSteps)
    .filter((mesh) => mesh.releases.some(({ release }) => releases.some(({ name }) => name === release)))
    .flatMap(({ leaves = [] }) => leaves)
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ args }): Command => ({ program: 'kubectl', args: ['delete', ...args, '--ignore-not-found'] }))
  return commands.map((command) => ({ ...command, does: 'Removing what the mesh left' }))
}
