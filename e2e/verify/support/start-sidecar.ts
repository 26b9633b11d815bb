import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findEnvoy, startReaper } from '@throughline/lab-programs'
import { pollUntil } from '@throughline/lab-testkit'
import { envoyConfig, type Listener, listenersUpdate, type SidecarConfig } from './envoy-config.ts'

export interface Sidecar extends AsyncDisposable {
  /** `http://127.0.0.1:port` of its admin interface. */
  adminUrl: string
}

export interface SidecarOptions {
  /** Version of Envoy, default the pinned one. */
  version?: string
  /** An update of its listeners that it refuses after its start; default none. */
  refuses?: Listener[] | undefined
}

/** Starts a real Envoy and waits until it is ready, and until it has refused what it is to refuse. */
export async function startSidecar(config: SidecarConfig, options: SidecarOptions = {}): Promise<Sidecar> {
  const { version, refuses } = options
  const { path: envoy } = await findEnvoy(version === undefined ? {} : { version })
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-verify-'))
  const reaper = await startReaper({ folder })
  const file = path.join(folder, 'bootstrap.json')
  const listenersFile = refuses && path.join(folder, 'listeners.json')
  // Envoy sees a file that is moved, not one that is written.
  const update = (listeners: Listener[]): void => {
    if (listenersFile === undefined) return
    fs.writeFileSync(`${listenersFile}.new`, JSON.stringify(listenersUpdate(config.name, listeners)))
    fs.renameSync(`${listenersFile}.new`, listenersFile)
  }
  update(config.listeners)
  fs.writeFileSync(file, JSON.stringify(envoyConfig({ ...config, listenersFile })))
  const args = ['-c', file, '--disable-hot-restart', '--concurrency', '1', '--drain-time-s', '1', '-l', 'warn']
  const child = spawn(envoy, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let printed = ''
  child.stderr.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-4000)))
  if (child.pid !== undefined) reaper.add(child.pid)
  const exited = once(child, 'exit')
  const adminUrl = `http://127.0.0.1:${config.adminPort}`
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
    await reaper.close()
  }
  try {
    await pollUntil(
      async () => {
        if (child.exitCode !== null) throw new Error(`Envoy ended with ${child.exitCode}: ${printed}`)
        return (await fetch(`${adminUrl}/ready`).catch(() => undefined))?.ok
      },
      { deadline: 20_000, what: `sidecar ${config.name} ready` },
    )
    if (refuses) {
      update(refuses)
      const refused = async (): Promise<boolean> =>
        /update_rejected: [1-9]/.test(await (await fetch(`${adminUrl}/stats?filter=lds.update_rejected`)).text())
      await pollUntil(refused, { deadline: 20_000, what: `sidecar ${config.name} to refuse its listeners` })
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { adminUrl, [Symbol.asyncDispose]: stop }
}
