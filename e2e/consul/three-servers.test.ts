import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { findEnvoy, findGoTool, goTools, startReaper, versions } from '@throughline/lab-programs'
import { pollUntil } from '@throughline/lab-testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { createPodNetwork, requireNamespaces } from '@throughline/lab-pods'
import { createSidecar, envoyCommand } from '@throughline/lab-meshes'
import { createService } from '@throughline/lab-stack'
import { startThreeServers } from './support/three-servers.ts'

const run = promisify(execFile)
const services = ['counting', 'dashboard'] as const

/** Both services, as in 2020, under three servers; nothing of it is left when it is disposed. */
async function hardened() {
  const reaperFolder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-servers-'))
  const reaper = await startReaper({ folder: reaperFolder })
  const undo = async (): Promise<void> => reaper.close()
  try {
    const network = await createPodNetwork({ reaper })
    const { consul = '' } = (await findGoTool(goTools.consul)).programs
    const { path: envoy } = await findEnvoy({ version: versions.consul.envoy })
    const runDir = reaperFolder
    const servers = await startThreeServers({ consul, network, reaper, runDir })
    const { request } = servers
    const pods = { counting: await network.addPod('counting'), dashboard: await network.addPod('dashboard') }
    await pods.dashboard.setHosts({ counting: pods.counting.address })

    const config = (body: object) => request('/v1/config', { method: 'PUT', body })
    await config({ Kind: 'proxy-defaults', Name: 'global', Config: { protocol: 'http' } })
    for (const name of services) {
      const made = await request('/v1/acl/token', {
        method: 'PUT',
        body: { ServiceIdentities: [{ ServiceName: name }] },
      })
      const { SecretID: token } = JSON.parse(made) as { SecretID: string }
      const { address } = pods[name]
      const upstreams = name === 'dashboard' ? [{ DestinationName: 'counting', LocalBindPort: 9001 }] : []
      const sidecar = {
        Port: 20_000,
        Check: { Name: 'sidecar', TCP: `${address}:20000`, Interval: '1s' },
        Proxy: { LocalServiceAddress: '127.0.0.1', Upstreams: upstreams },
      }
      const port = name === 'counting' ? 9001 : 9002
      const body = { Name: name, Address: address, Port: port, Connect: { SidecarService: sidecar } }
      // A follower learns of a new token a moment later.
      await pollUntil(
        async () => request('/v1/agent/service/register', { method: 'PUT', token, body }).then(() => true),
        {
          what: `the registration of ${name}`,
        },
      )
      const { stdout } = await run(
        consul,
        `connect envoy -sidecar-for ${name} -admin-bind 127.0.0.1:19000 -bootstrap`.split(' '),
        {
          env: {
            CONSUL_HTTP_ADDR: servers.url,
            CONSUL_CACERT: servers.caFile,
            CONSUL_HTTP_TOKEN: token,
            CONSUL_GRPC_ADDR: servers.xdsUrl,
            CONSUL_GRPC_CACERT: servers.caFile,
          },
        },
      )
      const bootstrap = path.join(runDir, `${name}.json`)
      await fs.writeFile(bootstrap, stdout, { mode: 0o600 })
      await createService({
        name,
        address: `0.0.0.0:${port}`,
        env: {
          COUNTING_SERVICE_URL: 'http://127.0.0.1:9001',
          OTEL_SDK_DISABLED: 'true',
          ALLOWED_HOSTS: 'counting,dashboard',
        },
        runDir,
        reaper,
        place: (_name, command) => pods[name].place(command),
        isReady: async () => (await pods[name].ask(`http://127.0.0.1:${port}/health/ready`)).status === 200,
      }).start()
      await createSidecar({
        name: `${name}-sidecar`,
        nodeId: `${name}-sidecar-proxy`,
        adminUrl: `http://127.0.0.1:${await pods[name].forward({ port: 19_000 })}`,
        listeners: [`public_listener:${address}:20000`],
        command: pods[name].place(envoyCommand({ envoy, bootstrap, cwd: runDir })),
        logFile: path.join(runDir, `${name}-sidecar.log`),
        reaper,
      }).start()
    }
    const dashboard = async (url: string): Promise<string> => {
      const { status, code, ...answer } = await pods.dashboard.ask(url)
      return status === undefined ? (code ?? '') : `${status} ${'body' in answer ? answer.body : ''}`
    }
    return { ...servers, config, dashboard, [Symbol.asyncDispose]: undo }
  } catch (error) {
    await undo()
    throw error
  }
}

describe('three Consul servers with TLS, encrypted gossip and ACLs', () => {
  beforeEach(requireNamespaces)

  it('keep strangers out of Consul, deny the call, and leave the bypass open', async () => {
    await using mesh = await hardened()
    const { dashboard, config, request } = mesh
    const intention = (action: string) => ({
      Kind: 'service-intentions',
      Name: 'counting',
      Sources: [{ Name: 'dashboard', Action: action }],
    })
    // What all of that is for, and does.
    const peers = JSON.parse(await request('/v1/status/peers')) as string[]
    expect(peers).toHaveLength(3)
    const stranger = request('/v1/config', { method: 'PUT', body: intention('allow'), token: '' })
    await expect(stranger).rejects.toThrow(/Permission denied/)
    await expect(fetch(`${mesh.url.replace('https', 'http')}/v1/status/leader`)).resolves.toMatchObject({ status: 400 })
    // With ACLs that deny by default, intentions do the same.
    const untilUpstream = (pattern: RegExp) =>
      pollUntil(async () => (pattern.test(await dashboard('http://127.0.0.1:9001/')) ? true : undefined), {
        deadline: 15_000,
        what: `the sidecar to answer ${pattern}`,
      })
    await untilUpstream(/^403 RBAC: access denied$/)
    await config(intention('allow'))
    await untilUpstream(/^200 \{"count":\d+/)
    await config(intention('deny'))
    await untilUpstream(/^403 RBAC: access denied$/)
    expect(await dashboard('http://counting:9001/')).toMatch(/^200 \{"count":\d+/)
  }, 120_000)
})
