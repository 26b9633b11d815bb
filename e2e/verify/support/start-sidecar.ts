import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findEnvoy, startReaper } from '@throughline/lab-programs'
import { pollUntil } from '@throughline/lab-testkit'
import { envoyConfig, type SidecarConfig } from './envoy-config.ts'

export interface Sidecar extends AsyncDisposable {
  /** `http://127.0.0.1:port` of its admin interface. */
  adminUrl: string
}

/** Starts a real Envoy and waits until it is ready. `version`: default the pinned one. */
export async function startSidecar(config: SidecarConfig, { version }: { version?: string } = {}): Promise<Sidecar> {
  const { path: envoy } = await findEnvoy(version === undefined ? {} : { version })
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-verify-'))
  const reaper = await startReaper({ folder })
  const file = path.join(folder, 'bootstrap.json')
  fs.writeFileSync(file, JSON.stringify(envoyConfig(config)))
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
  } catch (error) {
    await stop()
    throw error
  }
  return { adminUrl, [Symbol.asyncDispose]: stop }
}
