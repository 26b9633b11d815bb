import fs from 'node:fs/promises'
import path from 'node:path'
import type { Reaper } from '@throughline/lab-programs'
import type { ServiceName } from '../service-name.ts'
import { createEnvoySidecar, type Sidecar } from '../sidecar/envoy-sidecar.ts'
import { makeBootstrap, proxyIdOf } from './bootstrap.ts'
import type { ConsulAgent } from './consul-agent.ts'
import type { ConsulPlacement, ServicePlacement } from '../placement/consul-placement.ts'

export interface ConsulSidecarOptions {
  placement: Pick<ConsulPlacement, 'services' | 'arrange' | 'placeSidecar'>
  agent: Pick<ConsulAgent, 'client' | 'xdsUrl'>
  /** Paths of the programs to run. */
  consul: string
  envoy: string
  /** Limit what the admin interface answers; an Envoy before 1.37 refuses to. */
  limitAdmin: boolean
  runDir: string
  reaper: Reaper
  log?: (line: string) => void
}

/** The Envoy of a registered service, bootstrapped by Consul and configured by it over xDS. */
export interface ConsulSidecar extends Sidecar {
  /** Takes a bootstrap from Consul as it is now, for the next start. Only this brings another tracer. */
  prepare: () => Promise<void>
  /** Starts it again with what `prepare` took; resolves when it runs. */
  restart: () => Promise<void>
}

/** Listeners that Consul gives a sidecar of this placement. */
export function listenersOf({
  address,
  bindAddress = address,
  inboundPort,
  upstream,
  transparentProxy,
}: ServicePlacement): string[] {
  return [
    `public_listener:${bindAddress}:${inboundPort}`,
    ...(upstream ? [`counting:${upstream.address}:${upstream.port}`] : []),
    ...(transparentProxy ? ['outbound_listener:127.0.0.1:15001'] : []),
  ]
}

/** A sidecar that the lab runs itself. */
export function createConsulSidecar(name: ServiceName, options: ConsulSidecarOptions): ConsulSidecar {
  const { placement, agent, consul, limitAdmin, runDir, reaper, log } = options
  const service = placement.services[name]
  const proxyId = proxyIdOf(name)
  const bootstrap = path.join(runDir, `${name}-sidecar.json`)
  const logFile = path.join(runDir, `${name}-sidecar.log`)

  const sidecar = createEnvoySidecar({
    name: `${name}-sidecar`,
    nodeId: proxyId,
    binary: options.envoy,
    adminUrl: service.admin.url,
    bootstrap,
    listeners: listenersOf(service),
    // One tracer of proxy-defaults serves both, and has no name of a service.
    env: { OTEL_RESOURCE_ATTRIBUTES: `service.name=${name}` },
    place: (command) => placement.placeSidecar(name, command),
    runDir,
    reaper,
    ...(log && { log }),
  })

  return {
    ...sidecar,
    async prepare() {
      const agentUrl = agent.client.url
      const adminBind = service.admin.bind
      const made = await makeBootstrap(name, { consul, agentUrl, xdsUrl: agent.xdsUrl, adminBind, limitAdmin })
      // It would hold a token where there are ACLs. The mode counts only for a file that is new.
      await fs.rm(bootstrap, { force: true })
      await fs.writeFile(bootstrap, JSON.stringify(made, null, 2), { mode: 0o600 })
      await fs.writeFile(logFile, '', { flag: 'a' })
      await placement.arrange(name, { consul, agentUrl, proxyId, bootstrap, logFile })
    },
  }
}
