import fs from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { findEnvoy, startProcessGroup, startReaper, takeFreePort } from '@throughline/lab-programs'
import { pollUntil, temporaryFolder } from '@throughline/lab-testkit'
import { createRemoteStaticSidecar } from './remote-static-sidecar.ts'

const script = path.join(import.meta.dirname, '../../../compose/sidecar.sh')

/** The container's command, on this machine. */
async function startContainer(folder: string) {
  const { path: envoy } = await findEnvoy()
  const port = await takeFreePort()
  const bootstrap = path.join(folder, 'bootstrap.json')
  const content = {
    node: { id: 'counting-sidecar', cluster: 'counting', metadata: { kept: 'yes' } },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
  }
  await fs.writeFile(bootstrap, JSON.stringify(content))
  const reaper = await startReaper()
  const env = { PATH: `${path.dirname(envoy)}:${process.env['PATH'] ?? ''}` }
  await startProcessGroup({ command: 'bash', args: [script, bootstrap], env }, { logFile: '/dev/null', reaper })
  const adminUrl = `http://127.0.0.1:${port}`
  const info = async () => (await (await fetch(`${adminUrl}/server_info`)).json()) as Info
  await pollUntil(info, { deadline: 20_000, what: 'the first Envoy' })
  return { adminUrl, info, [Symbol.asyncDispose]: reaper.close }
}

interface Info {
  uptime_all_epochs: string
  node: { metadata: Record<string, string> }
}

it('restarts the Envoy of a container that keeps running, each time again', async () => {
  await using folder = await temporaryFolder()
  await using container = await startContainer(folder.path)
  const { adminUrl, info } = container
  const sidecar = createRemoteStaticSidecar(
    { name: 'counting-sidecar', adminUrl, listeners: [], versions: () => ({}) },
    folder.path,
  )
  const marks = new Set<string | undefined>()
  for (let time = 0; time < 3; time += 1) {
    if (time > 0) await sidecar.restart()
    const { metadata } = (await info()).node
    expect(metadata['kept']).toBe('yes')
    marks.add(metadata['bootstrap'])
  }
  expect(marks.size).toBe(3)
})
