import { LabError, messageOf, runTool } from '@throughline/lab-programs'
import { renderMeshFile } from '../mesh-files.ts'
import type { Json } from '@throughline/lab-kube-api'
import type { ServiceName } from '../service-name.ts'

export interface BootstrapOptions {
  /** Path of the Consul program. */
  consul: string
  /** URL of the agent's API. */
  agentUrl: string
  /** Where the sidecar gets its configuration: `http://host:port`. Without a scheme `consul connect envoy` uses TLS. */
  xdsUrl: string
  /** Envoy's admin: `host:port`. */
  adminBind: string
  /** Limit the paths of the admin interface; an Envoy before 1.37 refuses this setting. */
  limitAdmin: boolean
}

/** The parts of an Envoy bootstrap that the lab adds to. */
export interface Bootstrap {
  node: { id: string; metadata?: Record<string, Json> }
  admin?: Record<string, Json>
  layered_runtime?: { layers?: Json[] }
  static_resources?: { listeners?: Json[]; clusters?: Json[] }
  [key: string]: unknown
}

/** Id of a service's sidecar in Consul, and `node.id` of its Envoy. */
export function proxyIdOf(name: ServiceName): string {
  return `${name}-sidecar-proxy`
}

/**
 * The bootstrap that `consul connect envoy` writes for the sidecar of a registered service, with the lab's additions.
 * The tracer is part of it.
 *
 * @throws LabError TL_MESH_CONFIG_INVALID with Consul's message
 */
export async function makeBootstrap(name: ServiceName, options: BootstrapOptions): Promise<Bootstrap> {
  const { consul, agentUrl, xdsUrl, adminBind, limitAdmin } = options
  const args = ['-sidecar-for', name, '-http-addr', agentUrl, '-grpc-addr', xdsUrl, '-admin-bind', adminBind]
  let printed: Bootstrap
  try {
    const text = await runTool([consul, 'connect', 'envoy', ...args, '-bootstrap'], { env: {}, timeoutMs: 30_000 })
    printed = JSON.parse(text) as Bootstrap
  } catch (error) {
    const why = `Consul wrote no bootstrap for ${name}: ${messageOf(error)}`
    throw new LabError('TL_MESH_CONFIG_INVALID', why, { cause: error })
  }
  const layers = [...(printed.layered_runtime?.layers ?? []), await renderMeshFile('consul/layer.yaml')]
  const limits = limitAdmin ? { allow_paths: await renderMeshFile('envoy/admin-paths.yaml') } : {}
  // The access log of proxy-defaults is for requests; the lab's own to the admin interface would flood it.
  return { ...printed, admin: { ...printed.admin, ...limits, access_log: [] }, layered_runtime: { layers } }
}
