import type { FakeKubeApi, KubeObject } from '@throughline/lab-kube-api'
import { type Command, LabError, poll } from '@throughline/lab-programs'
import type { IstioPlacement, IstioPodPlacement } from '../placement/istio-placement.ts'
import type { ServiceName } from '../service-name.ts'
import type { Sidecar } from '../sidecar/sidecar.ts'
import { MESH_NAMESPACE } from './mesh-objects.ts'

/** Puts a pod into the API and makes its sidecar ready to start. */
export type PreparePod = (pod: {
  service: ServiceName
  podName: string
  sidecarName: string
  place: IstioPodPlacement
}) => Promise<{ sidecar: Sidecar; endpoints: KubeObject }>

/** One more pod of counting, whose sidecar runs and whose app the caller starts. */
export interface AddedCounting {
  /** Name of the pod: `counting-1`. */
  name: string
  /** Where its app must listen: `host:port`. */
  app: string
  /** Moves its app to the pod. */
  placeApp: (command: Command) => Command
  /**
   * Makes it an endpoint of counting once its app is ready, as Kubernetes does.
   *
   * @throws LabError TL_PROGRAM_FAILED when it is not ready within 20 s
   */
  announce: () => Promise<void>
  /** The opposite, as Kubernetes does when a pod is to end. The sidecars follow in a moment. */
  withdraw: () => void
  /** Ends its sidecar and removes the pod. */
  remove: () => Promise<void>
}

/** Milliseconds for an app to become ready. */
const READY_DEADLINE = 20_000

export interface AddCountingOptions {
  placement: IstioPlacement
  kubeApi: FakeKubeApi
  preparePod: PreparePod
}

/** @throws LabError TL_USAGE on loopback */
export function createAddCounting(options: AddCountingOptions): () => Promise<AddedCounting> {
  const { placement, kubeApi, preparePod } = options
  let last = 0

  return async () => {
    if (placement.addCounting === undefined) {
      throw new LabError('TL_USAGE', 'a second pod of counting needs --topology namespaces')
    }
    last += 1
    const name = `counting-${last}`
    const place = await placement.addCounting(name)
    const { app, placeApp } = place
    const { sidecar, endpoints } = await preparePod({
      service: 'counting',
      podName: name,
      sidecarName: `${name}-sidecar`,
      place,
    })
    await sidecar.start()
    const metadata = { name, namespace: MESH_NAMESPACE }
    return {
      name,
      app,
      placeApp,
      async announce() {
        const ready = await poll(async () => (await place.isReady()) || undefined, { deadlineMs: READY_DEADLINE })
        if (ready === undefined) throw new LabError('TL_PROGRAM_FAILED', `the app of ${name} was not ready within 20 s`)
        await kubeApi.apply([endpoints])
      },
      withdraw: () => kubeApi.delete({ ...metadata, kind: 'EndpointSlice' }),
      async remove() {
        await sidecar.stop()
        kubeApi.delete({ ...metadata, kind: 'Pod' })
        await place.remove()
      },
    }
  }
}
