import { LabError, messageOf } from '@throughline/lab-programs'
import type { ClusterClient } from './cluster-client.ts'
import { formatCommand, quoteWord } from './command.ts'

/** A verb and a resource with its group. */
type Right = readonly [verb: string, resource: string, group?: string]

/** What is read before anything is done, and what the application consists of. */
export const applicationRights: readonly Right[] = [
  ['list', 'namespaces'],
  ['list', 'secrets'],
  ['list', 'deployments', 'apps'],
  ['create', 'namespaces'],
  ['create', 'configmaps'],
  ['create', 'deployments', 'apps'],
]

/** What a mesh's own charts consist of, beside that. */
export const meshRights: readonly Right[] = [
  ['create', 'customresourcedefinitions', 'apiextensions.k8s.io'],
  ['create', 'clusterroles', 'rbac.authorization.k8s.io'],
  ['create', 'clusterrolebindings', 'rbac.authorization.k8s.io'],
  ['create', 'mutatingwebhookconfigurations', 'admissionregistration.k8s.io'],
]

/**
 * Makes sure that the API server answers, before kubectl tries for minutes.
 *
 * @throws LabError TL_PROGRAM_FAILED with kubectl's own reason
 */
export async function requireAnswer({ kubectl }: ClusterClient, context: string): Promise<void> {
  try {
    await kubectl('version', '--request-timeout=15s')
  } catch (error) {
    const reason = messageOf(error).trim().split('\n').at(-1)
    const again = formatCommand({ program: 'kubectl', args: ['cluster-info'] }, context)
    throw new LabError(
      'TL_PROGRAM_FAILED',
      `The cluster of context ${quoteWord(context)} can't be used: ${reason}\nIs it running, and can this machine reach it? ${again}`,
      { cause: error },
    )
  }
}

/**
 * Makes sure that the user has rights in the whole cluster; where it does not tell, the steps find out.
 *
 * @throws LabError TL_USAGE with a list of those that are missing
 */
export async function requireRights(
  { run }: ClusterClient,
  rights: readonly Right[],
  { context }: { context: string },
): Promise<void> {
  const items = rights.map(([verb, resource, group = '']) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb, resource, group } },
  }))
  const format = 'jsonpath={.spec.resourceAttributes.verb} {.spec.resourceAttributes.resource}={.status.allowed}{"\\n"}'
  const args = ['create', '--validate=false', '--output', format, '--filename', '-']
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const printed = await run({ program: 'kubectl', args }, list).catch(() => '')
  const missing = printed.split('\n').flatMap((line) => /^(.*)=false$/.exec(line)?.[1] ?? [])
  if (missing.length === 0) return
  throw new LabError(
    'TL_USAGE',
    `The user of context ${quoteWord(context)} may not ${missing.join(', ')}. Name a context whose user may, such as a ` +
      `cluster-admin's, or have one run the commands that --dry-run prints.`,
  )
}
