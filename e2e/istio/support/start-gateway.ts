import type { KubeObject } from '@throughline/lab-kube-api'
import { pollUntil } from '@throughline/lab-testkit'
import type { ControlPlane } from './control-plane.ts'
import { type Pod, startPod } from './start-pod.ts'

const NAME = 'dashboard-gateway-istio'

/** The objects that istiod created for the chart's gateway. */
export async function madeForGateway({ kubeApi }: ControlPlane, kind: string, namespace: string): Promise<KubeObject> {
  return await pollUntil(() => kubeApi.get({ kind, name: NAME, namespace }), {
    deadline: 10_000,
    what: `${kind} ${NAME}`,
  })
}

/** Starts the pod of istiod's Deployment, and gives its Service an address as a cloud does. */
export async function startGateway(plane: ControlPlane, namespace: string): Promise<Pod> {
  const pod = await startPod(plane.kubeApi, await madeForGateway(plane, 'Deployment', namespace))
  const service = await madeForGateway(plane, 'Service', namespace)
  const { ports } = service.spec as { ports: { name: string; port: number }[] }
  await plane.kubeApi.apply([
    { ...service, status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: NAME, namespace, labels: { 'kubernetes.io/service-name': NAME } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
      ports,
    },
  ])
  return pod
}
