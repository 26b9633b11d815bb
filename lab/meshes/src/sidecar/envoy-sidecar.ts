import path from 'node:path'
import { checkSidecar, type SidecarCheck } from './check-sidecar.ts'
import { type Command, createProgram, LabError, type Program, type Reaper } from '@throughline/lab-programs'
import type { SidecarStatus } from '../mesh.ts'
import { readSidecarStatus } from './sidecar-status.ts'
import { waitUntilDrained, waitUntilTaken } from './sidecar-updates.ts'

export interface EnvoySidecarOptions {
  name: string
  /** Its `node.id`, default its name. */
  nodeId?: string
  /** The Envoy to run. */
  binary: string
  adminUrl: string
  /** The bootstrap, written before it is started. */
  bootstrap: string
  listeners: string[]
  /** What was last written for it, by discovery service; absent when a control plane writes it. */
  versions?: () => Record<string, string>
  /** What it is told by environment. */
  env?: Record<string, string>
  /** Moves its command to where it belongs, such as a network namespace. */
  place?: (command: Command) => Command
  runDir: string
  reaper: Reaper
  log?: (line: string) => void
}

/** What a mesh needs of a sidecar, whether the lab or compose runs it. */
export interface Sidecar extends Pick<Program, 'name' | 'start' | 'stop' | 'pid'> {
  status: () => Promise<SidecarStatus>
  /**
   * Resolves when it runs with what was last written for it.
   *
   * @throws LabError TL_MESH_UPDATE_REJECTED, TL_MESH_UPDATE_TIMEOUT
   */
  taken: () => Promise<void>
  /** Resolves when no connection made under an older listener is open any more. */
  drained: () => Promise<void>
}

export interface EnvoySidecar extends Program, Sidecar {}

/**
 * No hot restart: several Envoys on one machine would claim the same shared memory. Immediate drain: a changed listener
 * lets go of its old connections in a second, not over ten minutes.
 */
function envoyArguments(bootstrap: string): string[] {
  const options = '--disable-hot-restart --concurrency 1 --drain-time-s 1 --drain-strategy immediate'
  return ['-c', bootstrap, '-l', 'warn', ...options.split(' '), '--file-flush-interval-msec', '200']
}

/** Datadog's library in Envoy otherwise tells its agent about itself, and asks it for other settings. */
const datadogQuiet = { DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false', DD_REMOTE_CONFIGURATION_ENABLED: 'false' }

/** One Envoy process under supervision. */
export function createEnvoySidecar(options: EnvoySidecarOptions): EnvoySidecar {
  const { name, nodeId = name, adminUrl, listeners, runDir, reaper, place = (command) => command } = options
  const check = (): Promise<SidecarCheck> =>
    checkSidecar(adminUrl, {
      nodeId,
      listeners,
      ...(options.versions ? { versions: options.versions() } : { refusals: 'standing' }),
    })

  const command = place({
    command: options.binary,
    args: envoyArguments(options.bootstrap),
    env: { ...datadogQuiet, ...options.env },
    cwd: runDir,
  })
  const program = createProgram({
    name,
    ...command,
    logFile: path.join(runDir, `${name}.log`),
    reaper,
    ...(options.log && { log: options.log }),
    async isReady() {
      const { state, reason } = await check()
      if (state === 'rejected') throw new LabError('TL_MESH_UPDATE_REJECTED', `refused its configuration: ${reason}`)
      return state === 'ready'
    },
  })

  return {
    ...program,
    status: () => readSidecarStatus(program, check),
    taken: () => waitUntilTaken(name, check),
    drained: () => waitUntilDrained(adminUrl),
  }
}
