import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createMemoryGroup, type MemoryGroup } from '@throughline/lab-testkit'
import { parse } from 'yaml'
import { listeningUrl } from './listening-url.ts'

const require = createRequire(import.meta.url)

/** The charts' memory limit of an app, in bytes. */
function chartMemoryBytes(): number {
  const file = path.join(import.meta.dirname, '../../charts/service/values.yaml')
  const values = parse(fs.readFileSync(file, 'utf8')) as { resources: { limits: { memory: string } } }
  const [, amount] = /^(\d+)Mi$/.exec(values.resources.limits.memory) ?? []
  return Number(amount) * 1024 * 1024
}

export interface ServiceInMemory extends AsyncDisposable {
  url: string
  group: MemoryGroup
  /** Null while it runs, else its exit code or signal. */
  ended: () => number | string | null
}

/** A service as its image runs it, under the charts' memory limit, on its own port. */
export async function startInChartMemory(
  service: 'counting' | 'dashboard',
  env: Record<string, string> = {},
): Promise<ServiceInMemory> {
  const manifest = require.resolve(`@throughline/${service}/package.json`)
  const group = createMemoryGroup(chartMemoryBytes())
  const { command, args } = group.enclose(process.execPath, [path.join(path.dirname(manifest), 'dist/main.js')])
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', OTEL_TRACES_EXPORTER: 'none', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const url = await listeningUrl(child, service)
  return {
    url,
    group,
    ended: () => child.exitCode ?? child.signalCode,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await ended
      await group[Symbol.asyncDispose]()
    },
  }
}
