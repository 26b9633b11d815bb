import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { type LabSettings, type PreparedMesh, type ServiceName, type ServiceStatus } from '@throughline/lab-meshes'
import {
  answersOk,
  type BackOff,
  type Command,
  createProgram,
  LabError,
  type Program,
  type Reaper,
} from '@throughline/lab-programs'
import { readStatus } from './read-status.ts'
import { callsOwnService, drainMs, labOnlyEnv } from './service-environment.ts'

export interface ServiceOptions {
  name: ServiceName
  /** Where it listens: `host:port` or `unix:/path`. */
  address: string
  /** Its environment, besides the address and the few variables that every program needs. */
  env: Record<string, string>
  runDir: string
  reaper: Reaper
  log?: ((line: string) => void) | undefined
  /** The delay between an end and a restart. */
  backOff?: BackOff | undefined
  /** Changes its command so that it runs elsewhere, such as in a network namespace. */
  place?: PreparedMesh['placement']['place']
  /** Whether it is ready, where `address` can't be reached from here. */
  isReady?: PreparedMesh['placement']['isReady']
}

/** A program that the lab shows beside the mesh. */
export interface ReportingProgram extends Program {
  status: () => Promise<ServiceStatus>
}

export interface Service extends ReportingProgram {
  /** Restarts it with these variables besides its own; they win. Resolves when it is ready. */
  restartWith: (env: Record<string, string>) => Promise<void>
}

/** Milliseconds a service may take to flush its spans, after its requests have ended. */
const FLUSH_MS = 5000

/** One of the two services as a process of its own, started from its build. */
export function createService(options: ServiceOptions): Service {
  const { name, address, runDir, reaper, log, isReady, place = (_service, command) => command } = options
  const socketPath = address.startsWith('unix:') ? address.slice('unix:'.length) : undefined
  const [host = '', port = ''] = address.split(':')
  const listen = socketPath === undefined ? { HOST: host, PORT: port } : { SOCKET_PATH: socketPath }
  const commandWith = (env: Record<string, string>): Command =>
    place(name, {
      command: process.execPath,
      args: [entryPoint(name)],
      env: { ...inheritedEnv(), ...listen, ...options.env, ...env },
      cwd: runDir,
    })
  const isServing = (): Promise<boolean> => {
    if (isReady) return isReady(name)
    return socketPath === undefined
      ? answersOk(`http://${address}/health/ready`)
      : answersOk('http://localhost/health/ready', { socketPath })
  }
  const program = createProgram({
    name,
    ...commandWith({}),
    logFile: path.join(runDir, `${name}.log`),
    reaper,
    log,
    backOff: options.backOff,
    // Killed while it drains, it would lose its spans.
    graceMs: drainMs(options.env) + FLUSH_MS,
    isReady: isServing,
  })
  return {
    ...program,
    status: () => readStatus(program, isServing),
    restartWith: (env) => program.restart(commandWith(env)),
  }
}

export interface ServicesOptions {
  settings: LabSettings
  placement: PreparedMesh['placement']
  /** Environment of both services. */
  env: Record<string, string>
  runDir: string
  reaper: Reaper
}

/** The services that the lab itself starts. */
export function createServices(options: ServicesOptions): Partial<Record<ServiceName, Service>> {
  const { settings, placement, env, runDir, reaper } = options
  if (settings.services === 'expected') return {}
  const create = (name: ServiceName, address = placement[name]): Service =>
    createService({
      name,
      address,
      env: {
        ...(placement.env ? { ...labOnlyEnv(env), ...placement.env[name] } : env),
        ...(name === 'dashboard' && settings.ownService && callsOwnService),
        ...settings[`${name}Env`],
      },
      runDir,
      reaper,
      log: settings.log,
      place: placement.place,
      isReady: placement.isReady,
    })
  const dashboard = create('dashboard')
  if (settings.ownService?.behind) return { counting: create('counting', settings.ownService.behind), dashboard }
  return settings.countingApp === undefined ? { counting: create('counting'), dashboard } : { dashboard }
}

/** The few variables that programs need: nothing else in the user's shell may change what the lab measures. */
function inheritedEnv(): Record<string, string> {
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
