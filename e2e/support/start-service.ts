import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'
import { listeningUrl } from './listening-url.ts'

const require = createRequire(import.meta.url)

/** One service alone, as a process on its own port; the test takes the place of its upstream. */
export async function startService(name: 'counting' | 'dashboard', env: Record<string, string>) {
  const manifest = require.resolve(`@throughline/${name}/package.json`)
  const child = spawn(process.execPath, [path.join(path.dirname(manifest), 'dist/main.js')], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await listeningUrl(child, name)
  const exited = once(child, 'exit') as Promise<[number | null]>
  /** Sends SIGTERM and waits for the end: the exit code. */
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM')
    const [code] = await exited
    return code
  }
  return { url, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
}
