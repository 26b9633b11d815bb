import path from 'node:path'
import { createProgram, type Program, type Reaper } from '@throughline/lab-programs'
import { renderMeshFile, writeMeshFile } from '../mesh-files.ts'
import type { AgentPlacement } from '../placement/consul-placement.ts'
import type { Json } from '@throughline/lab-kube-api'
import { guardApi } from './guard-api.ts'
import { type ConsulClient, createConsulClient } from './consul-client.ts'

export interface ConsulAgentOptions {
  /** Path of the Consul to run. */
  consul: string
  placement: AgentPlacement
  /** Names that a `Host` header to its API may have besides those of this machine. */
  allowedHosts: readonly string[]
  runDir: string
  reaper: Reaper
  log?: ((line: string) => void) | undefined
}

/** A Consul server as a mesh uses it, run by the lab or elsewhere. */
export interface ConsulAgent extends Pick<Program, 'name' | 'pid' | 'stop'> {
  /** Resolves once it is the leader and can sign certificates. */
  start: () => Promise<void>
  /** Why it doesn't answer; `undefined` while it does. */
  downReason: () => string | undefined | Promise<string | undefined>
  client: ConsulClient
  /** Where sidecars get their configuration: `http://host:port`. */
  xdsUrl: string
}

/** A single Consul server that the lab runs itself. */
export function createConsulAgent({
  consul,
  placement,
  allowedHosts,
  runDir,
  reaper,
  log,
}: ConsulAgentOptions): ConsulAgent {
  const { ports } = placement
  const hosts = placement.client.split(' ')
  const [host = placement.bind] = hosts
  const socketPath = path.join(runDir, 'consul', 'api.sock')
  const config = path.join(runDir, 'consul', 'agent.json')
  const client = createConsulClient(`http://${host}:${ports.http}`)
  const program = createProgram({
    name: 'consul',
    command: consul,
    args: ['agent', `-config-file=${config}`],
    env: {},
    cwd: runDir,
    logFile: path.join(runDir, 'consul.log'),
    reaper,
    log,
    readyTimeoutMs: 30_000,
    isReady: client.isReady,
  })
  let guard: AsyncDisposable | undefined
  return {
    ...program,
    async start() {
      const dataDir = path.join(runDir, 'consul', 'data')
      await writeMeshFile(config, await renderAgent(placement, { dataDir, httpAddress: `unix://${socketPath}` }))
      guard ??= await guardApi({ api: { socketPath }, hosts, port: ports.http, allowedHosts })
      await program.start()
    },
    async stop() {
      await program.stop()
      await guard?.[Symbol.asyncDispose]()
    },
    client,
    xdsUrl: `http://${host}:${ports.xds}`,
  }
}

/** The configuration of a server: `mesh/consul/agent.yaml`. */
export function renderAgent(
  { bind, client, ports }: AgentPlacement,
  { dataDir, httpAddress }: { dataDir: string; httpAddress: string },
): Promise<Json> {
  return renderMeshFile('consul/agent.yaml', {
    BIND: bind,
    CLIENT: client,
    HTTP_ADDRESS: httpAddress,
    DATA_DIR: dataDir,
    HTTP_PORT: ports.http,
    XDS_PORT: ports.xds,
    SERVER_PORT: ports.server,
    SERF_PORT: ports.serf,
  })
}
