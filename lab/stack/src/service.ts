import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { answersOk, type Command, createProgram, LabError, type Program, type Reaper } from '@throughline/lab-programs'
import type { ServiceName } from '@throughline/lab-meshes'

export interface ServiceOptions {
  name: ServiceName
  /** Where it listens: `host:port` or `unix:/path`. */
  address: string
  /** Its environment, beside the address and the little that every program needs. */
  env: Record<string, string>
  runDir: string
  reaper: Reaper
  log?: (line: string) => void
  /** Moves its command to where it belongs, such as a network namespace. */
  place?: (service: ServiceName, command: Command) => Command
  /** Asks it where `address` can't be reached from here. */
  isReady?: (service: ServiceName) => Promise<boolean>
}

/** One of our two services as a process of its own, started from its build. */
export function createService(options: ServiceOptions): Program {
  const { name, address, runDir } = options
  const socketPath = address.startsWith('unix:') ? address.slice('unix:'.length) : undefined
  const [host = '', port = ''] = address.split(':')
  const { place = (_service, command) => command } = options
  const command = place(name, {
    command: process.execPath,
    args: [entryPoint(name)],
    env: {
      ...inherited(),
      ...(socketPath === undefined ? { HOST: host, PORT: port } : { SOCKET_PATH: socketPath }),
      ...options.env,
    },
    cwd: runDir,
  })
  return createProgram({
    name,
    ...command,
    logFile: path.join(runDir, `${name}.log`),
    reaper: options.reaper,
    ...(options.log && { log: options.log }),
    isReady() {
      if (options.isReady) return options.isReady(name)
      return socketPath === undefined
        ? answersOk(`http://${address}/health/ready`)
        : answersOk('http://localhost/health/ready', { socketPath })
    },
  })
}

/** Nothing of ours: a variable in the user's shell must not change what the lab measures. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ']
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

const require = createRequire(import.meta.url)
const manifests: Record<ServiceName, () => string> = {
  counting: () => require.resolve('@throughline/counting/package.json'),
  dashboard: () => require.resolve('@throughline/dashboard/package.json'),
}

function entryPoint(name: ServiceName): string {
  const main = path.join(path.dirname(manifests[name]()), 'dist', 'main.js')
  if (!fs.existsSync(main)) throw new LabError('TL_NOT_BUILT', `${name} has not been built: run "npm run build" first`)
  return main
}
