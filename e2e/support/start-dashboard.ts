import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'
import readline from 'node:readline'

/** The dashboard alone, as a process, on a port of its own; for what it calls the test stands in. */
export async function startDashboard(env: Record<string, string>) {
  const manifest = createRequire(import.meta.url).resolve('@throughline/dashboard/package.json')
  const child = spawn(process.execPath, [path.join(path.dirname(manifest), 'dist/main.js')], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = readline.createInterface({ input: child.stdout })
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const { url: found } = JSON.parse(line) as { url?: string }
      if (found !== undefined) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`the dashboard ended with ${code}`)))
  })
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
