import fs from 'node:fs/promises'
import path from 'node:path'
import type { Reaper } from '@throughline/lab-programs'
import type { ConsulPlacement, ServicePlacement } from '../placement/consul-placement.ts'
import type { ServiceName } from '../service-name.ts'
import { envoyCommand } from '../sidecar/envoy-command.ts'
import { createSidecar, type Sidecar } from '../sidecar/sidecar.ts'
import { makeBootstrap, proxyIdOf } from './bootstrap.ts'
import type { ConsulAgent } from './consul-agent.ts'
import { withWayOut } from './way-out.ts'

export interface ConsulSidecarOptions {
  placement: Pick<ConsulPlacement, 'services' | 'arrange' | 'placeSidecar'>
  agent: Pick<ConsulAgent, 'client' | 'xdsUrl'>
  /** Paths of the programs to run. */
  consul: string
  envoy: string
  /** Limit the paths of the admin interface; an Envoy before 1.37 refuses this setting. */
  limitAdmin: boolean
  /** Percentage of requests that it traces when no caller has decided. */
  sampling: number
  runDir: string
  reaper: Reaper
  log?: ((line: string) => void) | undefined
}

/** The Envoy of a registered service, bootstrapped by Consul and configured by it over xDS. */
export interface ConsulSidecar extends Sidecar {
  /** Gets a bootstrap from Consul for the next start. A change of the tracer needs one; `restart` then brings it. */
  prepare: () => Promise<void>
}

/** The listeners that Consul gives to a sidecar. */
export function listenersOf(service: ServicePlacement): string[] {
  const { address, bindAddress = address, inboundPort, upstream, transparentProxy } = service
  return [
    `public_listener:${bindAddress}:${inboundPort}`,
    ...(upstream ? [`counting:${upstream.address}:${upstream.port}`] : []),
    ...(transparentProxy ? ['outbound_listener:127.0.0.1:15001'] : []),
  ]
}

/** A sidecar that the lab runs itself. */
export function createConsulSidecar(name: ServiceName, options: ConsulSidecarOptions): ConsulSidecar {
  const { placement, agent, consul, envoy, limitAdmin, sampling, runDir, reaper, log } = options
  const service = placement.services[name]
  const proxyId = proxyIdOf(name)
  const file = path.join(runDir, `${name}-sidecar.json`)
  const logFile = path.join(runDir, `${name}-sidecar.log`)
  // Both sidecars share one tracer of proxy-defaults, which names no service.
  const env = { OTEL_RESOURCE_ATTRIBUTES: `service.name=${name}` }

  const sidecar = createSidecar({
    name: `${name}-sidecar`,
    nodeId: proxyId,
    adminUrl: service.admin.url,
    listeners: listenersOf(service),
    command: placement.placeSidecar(name, envoyCommand({ envoy, bootstrap: file, env, cwd: runDir })),
    logFile,
    reaper,
    log,
  })

  return {
    ...sidecar,
    async prepare() {
      const agentUrl = agent.client.url
      const adminBind = service.admin.bind
      const bootstrap = await makeBootstrap(name, { consul, agentUrl, xdsUrl: agent.xdsUrl, adminBind, limitAdmin })
      const content = service.behind ? await withWayOut(bootstrap, { ...service.behind, sampling }) : bootstrap
      // Under ACLs it holds a token. The mode applies to a new file only.
      await fs.rm(file, { force: true })
      await fs.writeFile(file, JSON.stringify(content, null, 2), { mode: 0o600 })
      await fs.writeFile(logFile, '', { flag: 'a' })
      await placement.arrange(name, { consul, agentUrl, proxyId, bootstrap: file, logFile })
    },
  }
}
