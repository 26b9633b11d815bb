import type { ClusterClient } from './cluster-client.ts'
import { type ClusterMesh, meshSteps } from './mesh-steps.ts'
import type { Creation } from './step.ts'

/** A Deployment of a mesh's control plane. */
export interface ControlPlane {
  /** `namespace/name`. */
  name: string
  /** That of Istio; undefined without one. */
  revision: string | undefined
}

export interface Surroundings {
  /** Undefined where there is none. */
  plane: ControlPlane | undefined
  has: (thing: Creation) => boolean
}

/** What is in the cluster before anything is done. */
export async function lookAround({ kubectl, helm }: ClusterClient, mesh: ClusterMesh): Promise<Surroundings> {
  const namespaces = (await kubectl('get', 'namespaces', '--output', 'name')).split('\n')
  const releases = JSON.parse((await helm('list', '--all-namespaces', '--output', 'json')) || '[]') as {
    name: string
    namespace: string
  }[]
  return {
    plane: await findPlane(kubectl, meshSteps[mesh].controlPlane),
    has(thing) {
      if (thing.kind === 'namespace') return namespaces.includes(`namespace/${thing.name}`)
      if (thing.kind === 'cluster') return true
      return releases.some(({ name, namespace }) => name === thing.name && namespace === thing.namespace)
    },
  }
}

/** One without a revision before others. */
async function findPlane(
  kubectl: ClusterClient['kubectl'],
  selector: string | undefined,
): Promise<ControlPlane | undefined> {
  if (selector === undefined) return undefined
  const found = await kubectl('get', 'deployments', '--all-namespaces', '--selector', selector, '--output', 'json')
  const { items = [] } = JSON.parse(found || '{}') as {
    items?: { metadata: { namespace: string; name: string; labels?: Record<string, string> } }[]
  }
  const planes = items.map(({ metadata: { namespace, name, labels = {} } }) => {
    const revision = labels['istio.io/rev']
    return { name: `${namespace}/${name}`, revision: revision === 'default' ? undefined : revision }
  })
  return planes.find(({ revision }) => revision === undefined) ?? planes[0]
}
