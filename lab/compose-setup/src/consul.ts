import {
  type ConsulSidecar,
  createConsulMesh,
  guardApi,
  type ServiceName,
  type ServicePlacement,
} from '@throughline/lab-meshes'
import { addressChange, untilAddresses } from './addresses.ts'
import type { ComposeMesh } from './compose-mesh.ts'
import { withMeasuredBypass } from './measure-bypass.ts'
import { createRemoteConsulAgent } from './remote-consul-agent.ts'
import { createRemoteConsulSidecar } from './remote-consul-sidecar.ts'
import { adminUrls, folders, ports, type SetupSettings, usableTracers } from './setup-settings.ts'

/** The program that writes bootstraps; the Dockerfile puts it there. */
const CONSUL = '/usr/local/bin/consul'
const AGENT_URL = 'http://consul:8500'
const XDS_URL = 'http://consul:8502'

/** The Consul server of compose/consul.yml, and both sidecars as it configures them. `start` waits for all of them. */
export async function createConsul(settings: SetupSettings): Promise<ComposeMesh> {
  const addresses = await untilAddresses(['counting', 'dashboard', 'consul'])
  const services = placeServices(addresses)
  const sidecar = (name: ServiceName): ConsulSidecar =>
    createRemoteConsulSidecar(name, {
      service: services[name],
      folder: folders[name],
      consul: CONSUL,
      agentUrl: AGENT_URL,
      xdsUrl: XDS_URL,
    })
  const mesh = await withMeasuredBypass((bypass) =>
    createConsulMesh({
      agent: createRemoteConsulAgent({ url: AGENT_URL, xdsUrl: XDS_URL }),
      sidecars: { counting: sidecar('counting'), dashboard: sidecar('dashboard') },
      services,
      bypass: () => bypass,
      backend: settings,
      tracer: settings.tracer,
      tracers: usableTracers,
      sampling: settings.sampling,
      uiUrl: settings.consulUiUrl,
    }),
  )
  return { mesh, facts: { ...addresses }, serve: serveApi, outdated: addressChange(addresses) }
}

/** The published port of the API and the pages; the server itself is reachable on the internal network only. */
function serveApi(): Promise<AsyncDisposable> {
  return guardApi({ api: { host: 'consul', port: 8500 }, hosts: ['0.0.0.0'], port: 8500, allowedHosts: [] })
}

/** The ports are those of the static Envoys, so that the rest of compose is the same for both meshes. */
function placeServices(addresses: Record<ServiceName, string>): Record<ServiceName, ServicePlacement> {
  const place = (name: ServiceName, appPort: number): ServicePlacement => ({
    address: addresses[name],
    bindAddress: '0.0.0.0',
    app: { address: '127.0.0.1', port: appPort },
    inboundPort: ports.inbound[name],
    admin: { bind: `0.0.0.0:${ports.admin[name]}`, url: adminUrls[name] },
    metricsPort: ports.metrics[name],
    transparentProxy: false,
  })
  return {
    counting: place('counting', ports.app.counting),
    dashboard: {
      // Browsers have no identity: the app serves the page itself, on the page port of the static Envoys.
      ...place('dashboard', ports.page),
      upstream: { address: '127.0.0.1', port: ports.outbound },
    },
  }
}
