import fs from 'node:fs/promises'
import path from 'node:path'
import { runTool } from '../../binaries/run-tool.ts'
import { LabError, messageOf } from '../../errors.ts'
import type { Guardian } from '../../guardian.ts'
import { renderMeshFile } from '../../mesh-files.ts'
import type { MeshValue } from '../../render-mesh.ts'
import type { ServiceName } from '../../service.ts'
import { createEnvoySidecar, type EnvoySidecar } from '../envoy-sidecar.ts'
import type { ConsulAgent } from './consul-agent.ts'
import type { ConsulPlace } from './consul-place.ts'

export interface ConsulSidecarOptions {
  place: ConsulPlace
  agent: Pick<ConsulAgent, 'client' | 'xdsUrl'>
  /** Paths of the programs to run. */
  consul: string
  envoy: string
  /** Limit what the admin interface answers; an Envoy before 1.37 refuses to. */
  limitAdmin: boolean
  runDir: string
  guardian: Guardian
  log?: (line: string) => void
}

export interface ConsulSidecar extends EnvoySidecar {
  /** Takes a bootstrap from Consul as it is now, for the next start. Only this brings another tracer. */
  prepare: () => Promise<void>
}

interface Bootstrap {
  admin?: Record<string, MeshValue>
  layered_runtime?: { layers?: MeshValue[] }
  [key: string]: unknown
}

/** The Envoy of a registered service, bootstrapped by Consul and configured by it over xDS. */
export function createConsulSidecar(name: ServiceName, options: ConsulSidecarOptions): ConsulSidecar {
  const { place, agent, consul, runDir, guardian, log } = options
  const service = place.services[name]
  const proxyId = `${name}-sidecar-proxy`
  const bootstrap = path.join(runDir, `${name}-sidecar.json`)
  const logFile = path.join(runDir, `${name}-sidecar.log`)

  const sidecar = createEnvoySidecar({
    name: `${name}-sidecar`,
    nodeId: proxyId,
    binary: options.envoy,
    adminUrl: service.admin.url,
    bootstrap,
    listeners: [
      `public_listener:${service.address}:${service.inboundPort}`,
      ...(service.upstream ? [`counting:${service.upstream.address}:${service.upstream.port}`] : []),
      ...(service.transparentProxy ? ['outbound_listener:127.0.0.1:15001'] : []),
    ],
    // One tracer of proxy-defaults serves both, and has no name of a service.
    env: { OTEL_RESOURCE_ATTRIBUTES: `service.name=${name}` },
    place: (command) => place.placeSidecar(name, command),
    runDir,
    guardian,
    ...(log && { log }),
  })

  return {
    ...sidecar,
    async prepare() {
      const { client, xdsUrl } = agent
      const args = ['-sidecar-for', name, '-http-addr', client.url, '-grpc-addr', xdsUrl]
      const command = [consul, 'connect', 'envoy', ...args, '-admin-bind', service.admin.bind, '-bootstrap']
      let printed: Bootstrap
      try {
        printed = JSON.parse(await runTool(command, { env: {}, timeoutMs: 30_000 })) as Bootstrap
      } catch (error) {
        throw new LabError('TL_MESH_CONFIG_INVALID', `Consul made no bootstrap for ${name}: ${messageOf(error)}`, {
          cause: error,
        })
      }
      const layers = [...(printed.layered_runtime?.layers ?? []), await renderMeshFile('consul/layer.yaml')]
      const limits = options.limitAdmin ? { allow_paths: await renderMeshFile('envoy/admin-paths.yaml') } : {}
      const admin = { ...printed.admin, ...limits }
      const text = JSON.stringify({ ...printed, admin, layered_runtime: { layers } }, null, 2)
      // It would hold a token where there are ACLs. The mode counts only for a file that is new.
      await fs.rm(bootstrap, { force: true })
      await fs.writeFile(bootstrap, text, { mode: 0o600 })
      await fs.writeFile(logFile, '', { flag: 'a' })
      await place.arrange(name, { consul, agentUrl: client.url, proxyId, bootstrap, logFile })
    },
  }
}
