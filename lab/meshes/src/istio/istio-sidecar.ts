import fs from 'node:fs/promises'
import path from 'node:path'
import type { FakeKubeApi, KubeObject } from '@throughline/lab-kube-api'
import type { FoundIstio, Reaper } from '@throughline/lab-programs'
import type { IstioPodPlacement } from '../placement/istio-placement.ts'
import type { ServiceName } from '../service-name.ts'
import { createSidecar, type Sidecar } from '../sidecar/sidecar.ts'
import { writeAgentFolder } from './agent-folder.ts'
import type { Istiod } from './control-plane/start-istiod.ts'
import { readInjectedPod } from './injected-pod.ts'
import { MESH_NAMESPACE } from './mesh-objects.ts'

export interface IstioSidecarOptions {
  service: ServiceName
  /** The pod, as istiod's webhook has injected it. */
  pod: KubeObject
  /** Address that the pod claims. */
  podIp: string
  placement: IstioPodPlacement
  /** Whether its own listeners, for health and metrics, bind to loopback only. */
  loopbackOnly: boolean
  kubeApi: FakeKubeApi
  istiod: Istiod
  istio: FoundIstio
  /** Whether this Envoy can limit the paths of its admin interface. */
  limitAdmin: boolean
  runDir: string
  reaper: Reaper
  log?: ((line: string) => void) | undefined
}

/** One of Istio's agents and the Envoy that it runs, as one program: when Envoy ends, so does the agent. */
export async function createIstioSidecar(name: string, options: IstioSidecarOptions): Promise<Sidecar> {
  const { service, podIp, placement, loopbackOnly, kubeApi, istiod, istio, limitAdmin, runDir, reaper, log } = options
  const pod = readInjectedPod(options.pod)
  const folder = path.join(runDir, name)
  const logFile = path.join(runDir, `${name}.log`)
  await writeAgentFolder({
    folder,
    pod,
    token: kubeApi.issueToken({ namespace: MESH_NAMESPACE, serviceAccount: service, audience: 'istio-ca' }),
    rootCertificate: istiod.rootCertificate(),
    bootstrap: istio.files.envoyBootstrap,
    loopbackOnly,
    limitAdmin,
  })
  await fs.writeFile(logFile, '', { flag: 'a' })
  await placement.arrange({ folder, logFile, pod })
  return createSidecar({
    name,
    nodeId: `sidecar~${podIp}~${options.pod.metadata.name}.${MESH_NAMESPACE}~${MESH_NAMESPACE}.svc.cluster.local`,
    adminUrl: placement.adminUrl,
    listeners: placement.listeners,
    command: placement.placeAgent({ command: istio.pilotAgent, ...pod.proxy, cwd: folder }),
    logFile,
    reaper,
    log,
  })
}
