import { createFakeKubeApi, type FakeKubeApi, type KubeObject } from '@throughline/lab-kube-api'
import { createCleanUp, type FoundIstio, LabError, poll, type Reaper } from '@throughline/lab-programs'
import type { Tracer } from '../mesh.ts'
import type { IstioPlacement } from '../placement/istio-placement.ts'
import { type ServiceName, serviceNames } from '../service-name.ts'
import type { Sidecar } from '../sidecar/sidecar.ts'
import type { SpanReceivers } from '../trace-backend.ts'
import { type AddedCounting, createAddCounting, type PreparePod } from './add-counting.ts'
import { renderIstioObjects } from './control-plane/istio-objects.ts'
import { type Istiod, startIstiod } from './control-plane/start-istiod.ts'
import { createIstioSidecar } from './istio-sidecar.ts'
import { renderBackend, renderIstiodValues, renderPod, renderService } from './mesh-objects.ts'
import { readProxyConfig } from './proxy-config.ts'

/** What an Istio mesh is made from. */
export interface IstioMeshOptions {
  placement: IstioPlacement
  istio: FoundIstio
  /** Whether the Envoy of the sidecars can limit the paths of its admin interface. */
  limitAdmin: boolean
  /** Path of a Helm, which renders Istio's own charts. */
  helm: string
  backend: SpanReceivers
  tracer: Tracer
  /** The tracers that can be selected. */
  tracers: readonly Tracer[]
  /** Percentage of requests that the sidecars trace when no caller has decided. */
  sampling: number
  runDir: string
  reaper: Reaper
  log?: ((line: string) => void) | undefined
}

/** The running programs of an Istio mesh. */
export interface IstioPrograms {
  kubeApi: FakeKubeApi
  istiod: Istiod
  sidecars: Record<ServiceName, Sidecar>
  /** Starts one more pod of counting, without its app. */
  addCounting: () => Promise<AddedCounting>
  /** The policies that the API holds. */
  policies: KubeObject[]
  stop: () => Promise<void>
}

/** Starts the API, istiod and both sidecars. When one fails, the ones already started are stopped. */
export async function startIstioPrograms(options: IstioMeshOptions, policies: KubeObject[]): Promise<IstioPrograms> {
  const cleanUp = createCleanUp()
  try {
    return { ...(await start(options, { policies, onCleanUp: cleanUp.add })), policies, stop: cleanUp.run }
  } catch (error) {
    await cleanUp.run().catch(() => {})
    throw error
  }
}

async function start(
  options: IstioMeshOptions,
  { policies, onCleanUp }: { policies: KubeObject[]; onCleanUp: (undo: () => Promise<void>) => void },
): Promise<Pick<IstioPrograms, 'kubeApi' | 'istiod' | 'sidecars' | 'addCounting'>> {
  const { placement, istio, limitAdmin, helm, backend, runDir, reaper, log } = options
  const objects = await renderIstioObjects({ helm, istio, values: await renderIstiodValues(backend) })
  const kubeApi = await createFakeKubeApi({ objects })
  onCleanUp(kubeApi.close)
  const istiod = await startIstiod({
    ...placement.istiod,
    binary: istio.pilotDiscovery,
    kubeApi,
    runDir,
    reaper,
    log,
  })
  onCleanUp(istiod.stop)
  await kubeApi.apply([...policies, ...(await placement.renderSidecars()), ...(await renderBackend(backend))])

  const endpoints: KubeObject[] = []
  const preparePod: PreparePod = async ({ service, podName, sidecarName, place }) => {
    const settings = await place.settings(istiod.ports)
    const rendered = await renderPod(service, podName, settings)
    await kubeApi.apply(await renderService(service, settings))
    const [pod] = await kubeApi.apply([rendered.pod])
    if (pod === undefined) throw new LabError('TL_LAB_INTERNAL', `${service} has no pod`)
    const { podIp } = settings
    const sidecar = await createIstioSidecar(sidecarName, {
      service,
      pod,
      podIp,
      placement: place,
      loopbackOnly: placement.loopbackOnly,
      kubeApi,
      istiod,
      istio,
      limitAdmin,
      runDir,
      reaper,
      log,
    })
    onCleanUp(sidecar.stop)
    return { sidecar, endpoints: rendered.endpoints }
  }
  const prepare = async (service: ServiceName): Promise<Sidecar> => {
    const place = placement.pods[service]
    const prepared = await preparePod({ service, podName: `${service}-0`, sidecarName: `${service}-sidecar`, place })
    endpoints.push(prepared.endpoints)
    return prepared.sidecar
  }
  // The API has both pods before a sidecar starts, so that no first configuration lacks one of them.
  const sidecars = { counting: await prepare('counting'), dashboard: await prepare('dashboard') }
  await Promise.all(serviceNames.map((name) => sidecars[name].start()))
  await announce(endpoints, { kubeApi, isKnown: () => hasHealthyCounting(placement) })
  const addCounting = createAddCounting({ placement, kubeApi, preparePod })
  return { kubeApi, istiod, sidecars, addCounting }
}

async function hasHealthyCounting({ pods, ports }: IstioPlacement): Promise<true | undefined> {
  const config = await readProxyConfig(pods.dashboard.adminUrl, ports.dashboard).catch(() => undefined)
  return config?.hasHealthyCounting === true ? true : undefined
}

/**
 * Publishes the services' endpoints until a sidecar has them. istiod drops an endpoint whose pod it does not know yet,
 * and looks it up again by the pod's address, which on loopback differs from the endpoint's.
 */
async function announce(
  endpoints: readonly KubeObject[],
  { kubeApi, isKnown }: { kubeApi: FakeKubeApi; isKnown: () => Promise<true | undefined> },
): Promise<void> {
  let attempt = 0
  const publish = async (): Promise<true | undefined> => {
    // A write that changes nothing is no event for istiod.
    const annotations = { 'throughline/attempt': String((attempt += 1)) }
    await kubeApi.apply(endpoints.map((object) => ({ ...object, metadata: { ...object.metadata, annotations } })))
    return await poll(isKnown, { deadlineMs: 1000 })
  }
  if ((await poll(publish, { deadlineMs: 20_000 })) === undefined) {
    throw new LabError('TL_PROGRAM_FAILED', "the dashboard's sidecar has no endpoint of counting after 20 s")
  }
}
