import type { Container, KubeObject, FakeKubeApi, Pod as AnyPod } from '@throughline/lab-kube-api'

/** An admitted pod, with the labels and annotations that a webhook added. */
export interface Pod extends AnyPod {
  metadata: KubeObject['metadata'] & { labels: Record<string, string>; annotations: Record<string, string> }
}

const HASH = '5d8f9c6b7d'

/** Starts a Deployment's pod as the controllers of a cluster do, and returns the admitted pod. */
export async function startPod(kubeApi: FakeKubeApi, deployment: KubeObject): Promise<Pod> {
  const { template } = deployment.spec as { template: Pod }
  const replicaSet = `${deployment.metadata.name}-${HASH}`
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
        labels: { ...template.metadata.labels, 'pod-template-hash': HASH },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: replicaSet, controller: true, uid: HASH }],
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
