import dns from 'node:dns/promises'
import type { Json, KubeObject } from '@throughline/lab-kube-api'
import { renderMeshFile } from '../mesh-files.ts'
import type { ServiceName } from '../service-name.ts'
import type { SpanReceivers } from '../trace-backend.ts'
import { clientTlsModes, type IstioState, policiesOf } from './istio-settings.ts'

/** Addresses and ports of one pod of a service, for the objects that hold them. */
export interface PodSettings {
  /** The pod's own address. */
  podIp: string
  /** Where its sidecar is reached, default the pod's own address. */
  address?: string | undefined
  /** Port that its sidecar accepts for it. */
  port: number
  /** Port of the Service. */
  servicePort: number
  clusterIp?: string | undefined
  annotations: Json
}

export const MESH_NAMESPACE = 'throughline'
/** The version that the pods claim, which becomes the revision in Istio's tags. */
const VERSION = 'lab'
const NODE = 'fake-node'

async function render(file: string, values?: Record<string, Json>): Promise<KubeObject> {
  return (await renderMeshFile(`istio/${file}`, values)) as unknown as KubeObject
}

/** `mesh/istio/istiod.yaml`: values of Istio's chart `istiod`. */
export async function renderIstiodValues({ otlpUrl, zipkinUrl }: SpanReceivers): Promise<object> {
  const { pathname } = new URL(zipkinUrl)
  const meshConfig = await renderMeshFile('istio/mesh-config.yaml', {
    OTLP_PATH: new URL(otlpUrl).pathname,
    // Left out where it equals Istio's default.
    ZIPKIN_PATH: pathname === '/api/v2/spans' ? null : pathname,
  })
  return (await renderMeshFile('istio/istiod.yaml', { MESH_CONFIG: meshConfig })) as object
}

/** The objects that follow the state of the mesh; they are the same wherever the pods are. */
export async function renderPolicies(
  state: IstioState,
  { ports, countingPath = '/' }: { ports: Record<ServiceName, number>; countingPath?: string | undefined },
): Promise<KubeObject[]> {
  const { tracer, sampling, mtls, rule } = state
  const tracing = await renderMeshFile(
    `istio/tracing/${tracer}.yaml`,
    tracer === 'none' ? {} : { SAMPLING: Number(sampling) },
  )
  const authorization: Record<string, Record<string, Json>> = {
    'dashboard-edge': { DASHBOARD_PORT: String(ports.dashboard) },
    'counting-allow-get': { COUNTING_PATH: countingPath, COUNTING_PORT: String(ports.counting) },
  }
  const tls = clientTlsModes[state['client-tls']]
  return await Promise.all([
    render('peer-authentication/default.yaml', { MODE: mtls.toUpperCase() }),
    render('peer-authentication/dashboard-edge.yaml', {
      PLAIN_TEXT_PORTS: { [String(ports.dashboard)]: { mode: 'PERMISSIVE' } },
    }),
    ...['dashboard-edge', ...policiesOf[rule]].map((name) =>
      render(`authorization/${name}.yaml`, authorization[name] ?? {}),
    ),
    render('telemetry.yaml', { TRACING: tracing }),
    ...(tls === undefined ? [] : [render('destination-rule.yaml', { TLS: tls })]),
  ])
}

/** A service with its account. */
export async function renderService(
  name: ServiceName,
  { servicePort, clusterIp }: Pick<PodSettings, 'servicePort' | 'clusterIp'>,
): Promise<KubeObject[]> {
  return await Promise.all([
    render('services/service-account.yaml', { NAME: name }),
    render('services/service.yaml', { NAME: name, PORT: servicePort, CLUSTER_IP: clusterIp ?? null }),
  ])
}

/** A pod of a service, and the EndpointSlice that refers to it: istiod drops one whose pod it does not know yet. */
export async function renderPod(
  name: ServiceName,
  podName: string,
  { podIp, address = podIp, port, annotations }: PodSettings,
): Promise<{ pod: KubeObject; endpoints: KubeObject }> {
  const [pod, endpoints] = await Promise.all([
    render('services/pod.yaml', {
      NAME: name,
      POD: podName,
      VERSION: VERSION,
      ANNOTATIONS: annotations,
      PORT: port,
      POD_IP: podIp,
      HOST_IP: address,
      NODE: NODE,
    }),
    render('services/endpoints.yaml', { NAME: name, POD: podName, PORT: port, ADDRESS: address, NODE: NODE }),
  ])
  return { pod, endpoints }
}

/** The trace backend as a Service, with the endpoint of each port. */
export async function renderBackend({ otlpUrl, zipkinUrl }: SpanReceivers): Promise<KubeObject[]> {
  const ports = { 'http-otlp': otlpUrl, 'http-zipkin': zipkinUrl }
  return await Promise.all([
    render('backend/service.yaml'),
    ...Object.entries(ports).map(async ([name, text]) => {
      const { hostname, port } = new URL(text)
      // An EndpointSlice takes addresses, not names.
      const { address } = await dns.lookup(hostname, { family: 4 })
      return await render('backend/endpoints.yaml', { PORT_NAME: name, PORT: Number(port || 80), ADDRESS: address })
    }),
  ])
}
