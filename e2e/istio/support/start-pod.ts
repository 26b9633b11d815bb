import type { KubeObject, FakeKubeApi } from '@throughline/lab-kube-api'

export interface Container {
  name: string
  args?: string[]
  env?: { name: string; value?: string }[]
  restartPolicy?: string
  securityContext: { runAsUser?: number; capabilities?: { add?: string[]; drop?: string[] } }
  [field: string]: unknown
}

export interface Pod extends KubeObject {
  metadata: KubeObject['metadata'] & { labels: Record<string, string>; annotations: Record<string, string> }
  spec: { containers: Container[]; initContainers?: Container[]; serviceAccountName: string; [field: string]: unknown }
}

const hash = '5d8f9c6b7d'

/** Starts a Deployment's pod as the controllers of a cluster do, and returns it as it was admitted. */
export async function startPod(kubeApi: FakeKubeApi, deployment: KubeObject): Promise<Pod> {
  const { template } = deployment.spec as { template: Pod }
  const replicaSet = `${deployment.metadata.name}-${hash}`
  const ref = { kind: 'Pod', name: `${replicaSet}-x7k2p`, namespace: deployment.metadata.namespace ?? 'default' }
  // Only a new pod is injected.
  if (kubeApi.get(ref)) kubeApi.delete(ref)
  const [pod] = await kubeApi.apply([
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...template.metadata,
        name: ref.name,
        namespace: ref.namespace,
        generateName: `${replicaSet}-`,
        labels: { ...template.metadata.labels, 'pod-template-hash': hash },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: replicaSet, controller: true, uid: hash }],
      },
      spec: template.spec,
    },
  ])
  return pod as Pod
}

/** The container or init container of this name. */
export function containerOf({ spec }: Pod, name: string): Container | undefined {
  return [...(spec.initContainers ?? []), ...spec.containers].find((container) => container.name === name)
}

/** A container's plain environment. */
export function environmentOf(container: Container | undefined): Record<string, string | undefined> {
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]))
}
