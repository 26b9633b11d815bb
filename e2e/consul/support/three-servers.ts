import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import https from 'node:https'
import path from 'node:path'
import { promisify } from 'node:util'
import { pollUntil } from '@throughline/lab-testkit'
import { type Reaper, startProcessGroup } from '@throughline/lab-programs'
import type { PodNetwork } from '@throughline/lab-pods'

const run = promisify(execFile)

/** Three Consul servers with the security settings of a production installation. */
export interface ThreeServers {
  url: string
  xdsUrl: string
  /** Certificate of the authority that signed theirs. */
  caFile: string
  /** May do anything. */
  token: string
  /** One request to the API over TLS. Fails unless the answer is 200; returns its body. */
  request: (path: string, options?: { method?: string; body?: unknown; token?: string }) => Promise<string>
}

/** TLS everywhere, encrypted gossip, ACLs that deny by default; each server on its own address. */
export async function startThreeServers(options: {
  consul: string
  network: PodNetwork
  reaper: Reaper
  runDir: string
}): Promise<ThreeServers> {
  const { consul, network, reaper, runDir } = options
  const hosts = [network.host, await network.addHost(2), await network.addHost(3)]
  const folder = path.join(runDir, 'servers')
  await fs.mkdir(folder)
  await run(consul, ['tls', 'ca', 'create'], { cwd: folder })
  const addresses = hosts.map((host) => `-additional-ipaddress=${host}`)
  await run(consul, ['tls', 'cert', 'create', '-server', '-dc=dc1', ...addresses], { cwd: folder })
  const caFile = path.join(folder, 'consul-agent-ca.pem')
  const token = randomUUID()
  const gossipKey = randomBytes(32).toString('base64')

  for (const [index, host] of hosts.entries()) {
    const config = {
      server: true,
      bootstrap_expect: hosts.length,
      datacenter: 'dc1',
      node_name: `server-${index + 1}`,
      data_dir: path.join(folder, `data-${index + 1}`),
      bind_addr: host,
      client_addr: host,
      retry_join: hosts,
      retry_interval: '500ms',
      encrypt: gossipKey,
      disable_update_check: true,
      log_level: 'warn',
      connect: { enabled: true },
      ports: { http: -1, https: 8501, grpc: -1, grpc_tls: 8502, dns: -1 },
      tls: {
        defaults: {
          ca_file: caFile,
          cert_file: path.join(folder, 'dc1-server-consul-0.pem'),
          key_file: path.join(folder, 'dc1-server-consul-0-key.pem'),
          verify_outgoing: true,
        },
        internal_rpc: { verify_incoming: true, verify_server_hostname: true },
      },
      acl: {
        enabled: true,
        default_policy: 'deny',
        tokens: { initial_management: token, agent: token },
      },
    }
    const file = path.join(folder, `server-${index + 1}.json`)
    await fs.writeFile(file, JSON.stringify(config), { mode: 0o600 })
    const command = { command: consul, args: ['agent', `-config-file=${file}`], cwd: folder }
    await startProcessGroup(command, { logFile: path.join(folder, `server-${index + 1}.log`), reaper })
  }

  const url = `https://${network.host}:8501`
  const ca = await fs.readFile(caFile)
  const request: ThreeServers['request'] = (route, { method = 'GET', body, token: other = token } = {}) =>
    new Promise((resolve, reject) => {
      const asked = https.request(
        `${url}${route}`,
        { method, ca, agent: false, timeout: 5000, headers: { 'x-consul-token': other } },
        (answer) => {
          let text = ''
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
          answer.once('end', () =>
            answer.statusCode === 200 ? resolve(text) : reject(new Error(`${route}: ${answer.statusCode} ${text}`)),
          )
        },
      )
      asked.once('timeout', () => asked.destroy(new Error(`${route}: no answer`)))
      asked.once('error', reject)
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })

  await pollUntil(async () => ((await request('/v1/connect/ca/roots')).includes('RootCert') ? true : undefined), {
    deadline: 40_000,
    what: 'three servers with a leader and a root certificate',
  })
  return { url, xdsUrl: `https://${network.host}:8502`, caFile, token, request }
}
