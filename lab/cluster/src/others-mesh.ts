import { LabError } from '@throughline/lab-programs'
import type { ClusterClient } from './cluster-client.ts'
import type { ControlPlane } from './look-around.ts'
import { type ClusterMesh, meshSteps } from './mesh-steps.ts'

/**
 * Says that a mesh which someone else installed is used as it is.
 *
 * @throws LabError TL_USAGE where pods have to name its revision, and no values do
 */
export async function useOthersMesh(
  { kubectl }: ClusterClient,
  {
    mesh,
    plane,
    values,
    log,
  }: { mesh: ClusterMesh; plane: ControlPlane; values?: string | undefined; log: (line: string) => void },
): Promise<void> {
  const { name, revision } = plane
  if (revision !== undefined && values === undefined && !(await hasDefaultTag(kubectl))) {
    throw new LabError(
      'TL_USAGE',
      `${name} is there, with the revision ${revision}, and no other: pods have to name it. Add --values FILE with ` +
        `global: { istio: { injection: revision, revision: ${revision} } }`,
    )
  }
  log(
    `Using ${name}, which this command did not install. The application needs of it what ` +
      `${meshSteps[mesh].settings} sets; the proof at the end shows what is missing.`,
  )
}

/** Istio's tag for pods that name no revision. */
async function hasDefaultTag(kubectl: ClusterClient['kubectl']): Promise<boolean> {
  const tags = ['get', 'mutatingwebhookconfigurations', '--selector', 'istio.io/tag=default', '--output', 'name']
  return (await kubectl(...tags)).trim() !== ''
}
