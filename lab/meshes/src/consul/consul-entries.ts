import { renderMeshFile } from '../mesh-files.ts'
import type { Tracer } from '../mesh.ts'
import type { ServicePlacement } from '../placement/consul-placement.ts'
import type { Json } from '@throughline/lab-kube-api'
import type { ServiceName } from '../service-name.ts'
import { envoyAddress } from '../sidecar/envoy-address.ts'
import type { SpanReceivers } from '../trace-backend.ts'
import type { ConsulEntry } from './consul-entry.ts'
import type { ConsulState } from './consul-settings.ts'

const FOLDER = 'consul/proxy-defaults'

/** The settings of every sidecar. Without a tracer there is no cluster for spans and no sampling either. */
export async function renderProxyDefaults(
  { tracer, sampling }: Pick<ConsulState, 'tracer' | 'sampling'>,
  backend: SpanReceivers,
): Promise<ConsulEntry> {
  const traces = tracer !== 'none'
  return asEntry(
    await renderMeshFile(`${FOLDER}/entry.yaml`, {
      CLUSTER: traces ? await text(renderCluster(tracer, backend)) : null,
      TRACER: traces ? await text(renderTracer(tracer, backend)) : null,
      SAMPLING: traces ? await text(renderSampling(sampling)) : null,
      ACCESS_LOG: await text(renderMeshFile(`${FOLDER}/access-log.yaml`)),
    }),
  )
}

export async function renderServiceDefaults(
  name: ServiceName,
  { protocol, mtls }: Pick<ConsulState, 'protocol' | 'mtls'>,
): Promise<ConsulEntry> {
  const values = { NAME: name, PROTOCOL: protocol, MTLS: mtls ?? null }
  return asEntry(await renderMeshFile('consul/service-defaults.yaml', values))
}

export async function renderIntentions({ rule }: Pick<ConsulState, 'rule'>, countingPath = '/'): Promise<ConsulEntry> {
  const values = rule === 'get-only' ? { COUNTING_PATH: countingPath } : {}
  return asEntry(await renderMeshFile(`consul/service-intentions/${rule}.yaml`, values))
}

export async function renderMeshEntry({ mtls }: Pick<ConsulState, 'mtls'> = {}): Promise<ConsulEntry> {
  return asEntry(await renderMeshFile('consul/mesh.yaml', { PERMISSIVE: mtls === undefined ? null : true }))
}

/** A service and its sidecar, for `PUT /v1/agent/service/register`. */
export async function renderRegistration(name: ServiceName, service: ServicePlacement): Promise<Json> {
  const { address, app, inboundPort, upstream, transparentProxy, bindAddress, metricsPort } = service
  const socket = 'socket' in app
  return renderMeshFile('consul/registration.yaml', {
    NAME: name,
    ADDRESS: address,
    APP_PORT: socket ? null : app.port,
    APP_ADDRESS: socket ? null : app.address,
    APP_SOCKET: socket ? app.socket : null,
    INBOUND_PORT: inboundPort,
    CHECK: `${address}:${inboundPort}`,
    MODE: transparentProxy ? 'transparent' : null,
    UPSTREAMS: upstream
      ? [
          await renderMeshFile('consul/upstream.yaml', {
            UPSTREAM_ADDRESS: upstream.address,
            UPSTREAM_PORT: upstream.port,
          }),
        ]
      : null,
    BIND_ADDRESS: bindAddress ?? null,
    EXPOSE:
      metricsPort === undefined || socket
        ? null
        : await renderMeshFile('consul/metrics.yaml', { METRICS_PORT: metricsPort, APP_PORT: app.port }),
  })
}

function backendOf(tracer: Tracer, { otlpUrl, zipkinUrl }: SpanReceivers): URL {
  return new URL(tracer === 'opentelemetry' ? otlpUrl : zipkinUrl)
}

function renderCluster(tracer: Tracer, backend: SpanReceivers): Promise<Json> {
  const { hostname, port } = backendOf(tracer, backend)
  return renderMeshFile(`${FOLDER}/cluster.yaml`, { BACKEND: envoyAddress(`${hostname}:${port || '80'}`) })
}

function renderTracer(tracer: Tracer, backend: SpanReceivers): Promise<Json> {
  const { href, pathname } = backendOf(tracer, backend)
  return renderMeshFile(
    `${FOLDER}/${tracer}.yaml`,
    tracer === 'opentelemetry' ? { BACKEND_URL: href } : { BACKEND_PATH: pathname },
  )
}

function renderSampling(sampling: string): Promise<Json> {
  return renderMeshFile(`${FOLDER}/sampling.yaml`, { SAMPLING: Number(sampling) })
}

const asEntry = (value: Json): ConsulEntry => value as unknown as ConsulEntry

/** Consul needs a string of JSON here; it accepts a map but ignores it. */
const text = async (value: Promise<Json>): Promise<string> => JSON.stringify(await value)
