import fs from 'node:fs/promises'
import path from 'node:path'
import { createFakeKubeApi, type KubeObject, type FakeKubeApi } from '@throughline/lab-kube-api'
import { LabError, poll } from '@throughline/lab-programs'
import { renderIstioObjects } from './control-plane/istio-objects.ts'
import { type Istiod, startIstiod } from './control-plane/start-istiod.ts'
import type { ServiceName } from '../service-name.ts'
import { writeAgentFolder } from './agent-folder.ts'
import { type AgentSidecar, createAgentSidecar } from './agent-sidecar.ts'
import { readInjectedPod } from './injected-pod.ts'
import type { IstioMeshOptions } from './istio-mesh-options.ts'
import { readProxyConfig } from './proxy-config.ts'
import { meshNamespace, renderBackend, renderIstiodValues, renderService } from './mesh-objects.ts'

/** The running programs of an Istio mesh. */
export interface IstioParts {
  kubeApi: FakeKubeApi
  istiod: Istiod
  sidecars: Record<ServiceName, AgentSidecar>
  /** What the API holds of policies. */
  policies: KubeObject[]
  stop: () => Promise<void>
}

/** Starts the API, istiod and both sidecars. What was started is stopped again when a later part fails. */
export async function startIstioParts(options: IstioMeshOptions, policies: KubeObject[]): Promise<IstioParts> {
  const undo: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (let next = undo.pop(); next !== undefined; next = undo.pop()) await next()
  }
  try {
    return { ...(await start(options, { policies, onCleanUp: (one) => undo.push(one) })), policies, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(
  options: IstioMeshOptions,
  { policies, onCleanUp }: { policies: KubeObject[]; onCleanUp: (undo: () => Promise<void>) => void },
): Promise<Pick<IstioParts, 'kubeApi' | 'istiod' | 'sidecars'>> {
  const { placement, istio, helm, backend, runDir, reaper, log } = options
  const objects = await renderIstioObjects({ helm, istio, values: await renderIstiodValues(backend) })
  const kubeApi = await createFakeKubeApi({ objects })
  onCleanUp(kubeApi.close)
  const istiod = await startIstiod({
    ...placement.istiod,
    binary: istio.pilotDiscovery,
    kubeApi,
    runDir,
    reaper,
    ...(log && { log }),
  })
  onCleanUp(istiod.stop)
  await kubeApi.apply([...policies, ...(await placement.renderSidecars()), ...(await renderBackend(backend))])

  const endpoints: KubeObject[] = []
  const prepare = async (name: ServiceName): Promise<AgentSidecar> => {
    const settings = await placement.podSettings(name, istiod.ports)
    const rendered = await renderService(name, settings)
    endpoints.push(...rendered.filter(isEndpoints))
    const applied = await kubeApi.apply(rendered.filter((one) => !isEndpoints(one)))
    const object = applied.find(({ kind }) => kind === 'Pod')
    if (object === undefined) throw new LabError('TL_INTERNAL', `${name} has no pod`)
    const pod = readInjectedPod(object)
    const folder = path.join(runDir, `${name}-sidecar`)
    const logFile = path.join(runDir, `${name}-sidecar.log`)
    await writeAgentFolder({
      folder,
      pod,
      token: kubeApi.issueToken({ namespace: meshNamespace, serviceAccount: name, audience: 'istio-ca' }),
      rootCertificate: istiod.rootCertificate(),
      bootstrap: istio.files.envoyBootstrap,
      loopbackOnly: placement.loopbackOnly,
    })
    await fs.writeFile(logFile, '', { flag: 'a' })
    await placement.arrange(name, { folder, logFile, pod })
    const sidecar = createAgentSidecar({
      name: `${name}-sidecar`,
      command: placement.placeAgent(name, { command: istio.pilotAgent, ...pod.proxy, cwd: folder }),
      nodeId: `sidecar~${settings.podIp}~${name}-0.${meshNamespace}~${meshNamespace}.svc.cluster.local`,
      ...placement.sidecars[name],
      logFile,
      reaper,
      ...(log && { log }),
    })
    onCleanUp(sidecar.stop)
    return sidecar
  }
  // Both pods are there before a sidecar asks for its configuration: none starts with one that lacks the other.
  const sidecars = { counting: await prepare('counting'), dashboard: await prepare('dashboard') }
  await Promise.all([sidecars.counting.start(), sidecars.dashboard.start()])
  await announce(endpoints, { kubeApi, isKnown: () => knowsCounting(placement) })
  return { kubeApi, istiod, sidecars }
}

function isEndpoints({ kind }: KubeObject): boolean {
  return kind === 'EndpointSlice'
}

async function knowsCounting({ sidecars, ports }: IstioMeshOptions['placement']): Promise<true | undefined> {
  const config = await readProxyConfig(sidecars.dashboard.adminUrl, ports.dashboard).catch(() => undefined)
  return config?.knowsCounting === true ? true : undefined
}

/**
 * Says where the services are until a sidecar has it. istiod drops an endpoint whose pod it has not heard of yet, and comes
 * back to it by the address of the pod, which on loopback is not that of the endpoint.
 */
async function announce(
  endpoints: readonly KubeObject[],
  { kubeApi, isKnown }: { kubeApi: FakeKubeApi; isKnown: () => Promise<true | undefined> },
): Promise<void> {
  let attempt = 0
  const tryOnce = async (): Promise<true | undefined> => {
    // What changes nothing is no event for istiod.
    const annotations = { 'throughline/attempt': String((attempt += 1)) }
    await kubeApi.apply(endpoints.map((object) => ({ ...object, metadata: { ...object.metadata, annotations } })))
    return await poll(isKnown, { deadlineMs: 1000 })
  }
  if ((await poll(tryOnce, { deadlineMs: 20_000 })) === undefined) {
    throw new LabError('TL_PROGRAM_FAILED', 'the sidecar of the dashboard was not told where counting is within 20 s')
  }
}
