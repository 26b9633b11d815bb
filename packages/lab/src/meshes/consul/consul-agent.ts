import path from 'node:path'
import type { Guardian } from '../../guardian.ts'
import { renderMeshFile, writeMeshFile } from '../../mesh-files.ts'
import { createProgram, type Program } from '../../program.ts'
import { type ConsulClient, createConsulClient } from './consul-client.ts'
import type { AgentPlace } from './consul-place.ts'

export interface ConsulAgentOptions {
  /** Path of the Consul to run. */
  binary: string
  place: AgentPlace
  runDir: string
  guardian: Guardian
  log?: (line: string) => void
}

export interface ConsulAgent extends Program {
  client: ConsulClient
  /** `http://host:port` of the sidecars' configuration. Without the scheme `consul connect envoy` looks for TLS. */
  xdsUrl: string
}

/** A single Consul server; ready when it leads itself and can sign certificates. */
export async function createConsulAgent(options: ConsulAgentOptions): Promise<ConsulAgent> {
  const { binary, place, runDir, guardian, log } = options
  const { ports } = place
  const [host = place.bind] = place.client.split(' ')
  const config = path.join(runDir, 'consul', 'agent.json')
  await writeMeshFile(
    config,
    await renderMeshFile('consul/agent.yaml', {
      BIND: place.bind,
      CLIENT: place.client,
      DATA_DIR: path.join(runDir, 'consul', 'data'),
      HTTP_PORT: ports.http,
      XDS_PORT: ports.xds,
      SERVER_PORT: ports.server,
      SERF_PORT: ports.serf,
    }),
  )
  const client = createConsulClient(`http://${host}:${ports.http}`)
  const program = createProgram({
    name: 'consul',
    command: binary,
    args: ['agent', `-config-file=${config}`],
    env: {},
    cwd: runDir,
    logFile: path.join(runDir, 'consul.log'),
    guardian,
    ...(log && { log }),
    readyTimeoutMs: 30_000,
    isReady: client.isReady,
  })
  return { ...program, client, xdsUrl: `http://${host}:${ports.xds}` }
}
