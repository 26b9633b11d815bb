import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { takeFreePort } from '@throughline/lab-programs'
import { pollUntil } from '@throughline/lab-testkit'
import { startAll } from '../../support/start-all.ts'
import type { MeshLab } from '../../support/start-lab.ts'
import { deregister, register } from './consul-api.ts'

const ID = 'counting-2'

/** Starts a second instance of counting, on a host of the name `counting-2`, with a sidecar of its own. Needs root on Linux. */
export function startSecondCounting(lab: MeshLab): Promise<AsyncDisposable> {
  return startAll(async (keep) => {
    const [port, inbound, admin] = [await takeFreePort(), await takeFreePort(), await takeFreePort()]
    const app = running(lab, 'counting')
    keep(
      start(['unshare', '--uts', 'sh', '-c', `hostname ${ID} && exec "$@"`, 'sh', ...app.command], {
        ...app.env,
        PORT: `${port}`,
      }),
    )
    const address = '127.0.0.1'
    await register(lab, {
      ID,
      Name: 'counting',
      Address: address,
      Port: port,
      Connect: {
        SidecarService: { Port: inbound, Check: { Name: 'sidecar', TCP: `${address}:${inbound}`, Interval: '1s' } },
      },
    })
    keep({ [Symbol.asyncDispose]: () => deregister(lab, ID) })
    // What Consul wrote for the first sidecar, for another proxy of the same service.
    const first = path.join(lab.runDir, 'counting-sidecar.json')
    const bootstrap = JSON.parse(
      fs.readFileSync(first, 'utf8').replaceAll('counting-sidecar-proxy', `${ID}-sidecar-proxy`),
    ) as { admin: { address: object } }
    bootstrap.admin.address = { socket_address: { address, port_value: admin } }
    const file = path.join(lab.runDir, `${ID}-sidecar.json`)
    fs.writeFileSync(file, JSON.stringify(bootstrap), { mode: 0o600 })
    const sidecar = running(lab, 'counting-sidecar')
    keep(
      start(
        sidecar.command.map((argument) => argument.replace(first, file)),
        sidecar.env,
      ),
    )
    await pollUntil(async () => (await fetch(`http://${address}:${admin}/ready`)).ok, {
      what: `the sidecar of ${ID}`,
      deadline: 20_000,
    })
    return {}
  })
}

/** How a process of the lab was started. */
function running(lab: MeshLab, name: string): { command: string[]; env: Record<string, string> } {
  const pid = lab.pids()[name]
  const read = (file: string) => fs.readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter(Boolean)
  const pairs = read('environ').map((line) => [line.split('=', 1)[0] ?? '', line.replace(/^[^=]*=/, '')])
  return { command: read('cmdline'), env: Object.fromEntries(pairs) as Record<string, string> }
}

function start([command = '', ...args]: string[], env: Record<string, string>): AsyncDisposable {
  const child = spawn(command, args, { env, stdio: 'ignore' })
  const exited = once(child, 'exit')
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
