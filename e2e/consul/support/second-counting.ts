import fs from 'node:fs'
import path from 'node:path'
import { takeFreePort } from '@throughline/lab-programs'
import { pollUntil } from '@throughline/lab-testkit'
import { onHost, readCommand, type SecondCounting, startCommand } from '../../support/second-counting.ts'
import { startAll } from '../../support/start-all.ts'
import type { MeshLab } from '../../support/start-lab.ts'
import { deregister, register } from './consul-api.ts'

const ID = 'counting-2'

/** Registers another instance with Consul. Needs root on Linux. */
export function startSecondCounting(lab: MeshLab): Promise<SecondCounting> {
  return startAll(async (keep) => {
    const [port, inbound, admin] = [await takeFreePort(), await takeFreePort(), await takeFreePort()]
    const app = readCommand(lab, 'counting')
    keep(startCommand(onHost(ID, { ...app, env: { ...app.env, PORT: `${port}` } })))
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
    // What Consul wrote for the first sidecar, for another proxy of the same service.
    const first = path.join(lab.runDir, 'counting-sidecar.json')
    const bootstrap = JSON.parse(
      fs.readFileSync(first, 'utf8').replaceAll('counting-sidecar-proxy', `${ID}-sidecar-proxy`),
    ) as { admin: { address: object } }
    bootstrap.admin.address = { socket_address: { address, port_value: admin } }
    const file = path.join(lab.runDir, `${ID}-sidecar.json`)
    fs.writeFileSync(file, JSON.stringify(bootstrap), { mode: 0o600 })
    const sidecar = readCommand(lab, 'counting-sidecar')
    keep(startCommand({ ...sidecar, args: sidecar.args.map((argument) => argument.replace(first, file)) }))
    let present = true
    const leave = async (): Promise<void> => {
      if (present) await deregister(lab, ID)
      present = false
    }
    keep({ [Symbol.asyncDispose]: leave })
    await pollUntil(async () => (await fetch(`http://${address}:${admin}/ready`)).ok, {
      what: `the sidecar of ${ID}`,
      deadline: 20_000,
    })
    return { hostname: ID, leave }
  })
}
