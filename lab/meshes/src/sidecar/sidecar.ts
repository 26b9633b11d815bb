import {
  type Command,
  createProgram,
  httpRequest,
  LabError,
  poll,
  type Program,
  type Reaper,
} from '@throughline/lab-programs'
import type { SidecarStatus } from '../mesh.ts'
import { downStatus } from '../down-status.ts'
import { checkSidecar, type SidecarCheck } from './check-sidecar.ts'

/** Milliseconds for a sidecar to apply a change; enough for one that is being restarted. */
const UPDATE_DEADLINE = 10_000

/** Milliseconds after a start during which an unanswered admin address is not a failure. */
const START_UP = 5000

/** The static facts about a sidecar. */
export interface SidecarIdentity {
  name: string
  /** Its `node.id`, default its name. */
  nodeId?: string | undefined
  adminUrl: string
  /** Listeners without which it is not ready. */
  listeners: string[]
  /** What was last written for it, by discovery service; absent when a control plane writes it. */
  versions?: (() => Record<string, string>) | undefined
}

export interface SidecarOptions extends SidecarIdentity {
  /** How its Envoy is started, or the agent that starts it. */
  command: Command
  logFile: string
  reaper: Reaper
  log?: ((line: string) => void) | undefined
}

/** The Envoy beside an app, as a mesh uses it, run by the lab or elsewhere. */
export interface Sidecar extends Pick<Program, 'name' | 'start' | 'restart' | 'stop' | 'pid'> {
  status: () => Promise<SidecarStatus>
  /**
   * Resolves when it runs with what was last written for it.
   *
   * @throws LabError TL_MESH_UPDATE_REJECTED, TL_MESH_UPDATE_TIMEOUT
   */
  acknowledged: () => Promise<void>
  /** Resolves when no connection made under an older listener is open any more. */
  drained: () => Promise<void>
}

/** One sidecar under supervision, whichever mesh configures it. */
export function createSidecar(options: SidecarOptions): Sidecar {
  const { command, logFile, reaper, log } = options
  const { check, ...watched } = watchSidecar(options)
  const program = createProgram({
    name: options.name,
    ...command,
    logFile,
    reaper,
    log,
    async isReady() {
      const { state, reason } = await check()
      if (state === 'rejected') throw new LabError('TL_MESH_UPDATE_REJECTED', `refused its configuration: ${reason}`)
      return state === 'ready'
    },
  })
  const { name, nodeId = name } = options
  return { ...program, ...watched, status: async () => ({ nodeId, ...(await readStatus(program, check)) }) }
}

/** A sidecar known only by its admin address, such as one that compose runs. */
export function watchSidecar(
  identity: SidecarIdentity,
): Pick<Sidecar, 'acknowledged' | 'drained'> & { check: () => Promise<SidecarCheck> } {
  const { name, nodeId = name, adminUrl, listeners, versions } = identity
  const check = (): Promise<SidecarCheck> =>
    checkSidecar(adminUrl, { nodeId, listeners, versions: versions?.(), refusals: versions ? 'counted' : 'standing' })
  return { check, acknowledged: () => untilAcknowledged(name, check), drained: () => untilDrained(adminUrl) }
}

/** The status of a sidecar's process combined with what its Envoy reports. */
async function readStatus(program: Program, check: () => Promise<SidecarCheck>): Promise<SidecarStatus> {
  const down = downStatus(program)
  if (down !== undefined) return down
  const { name } = program
  const restarts = program.restarts()
  const uptime = program.uptimeMs() ?? 0
  const { state, reason } = await check()
  const starting = state === 'down' && uptime < START_UP
  return { name, state: starting ? 'starting' : state, reason, restarts }
}

async function untilAcknowledged(name: string, check: () => Promise<SidecarCheck>): Promise<void> {
  const outcome = await poll(
    async () => {
      const current = await check()
      return current.state === 'ready' || current.state === 'rejected' ? current : undefined
    },
    { deadlineMs: UPDATE_DEADLINE, intervalMs: 5 },
  )
  if (outcome === undefined) {
    throw new LabError('TL_MESH_UPDATE_TIMEOUT', `${name} did not apply the change within ${UPDATE_DEADLINE / 1000} s`)
  }
  if (outcome.state === 'rejected') {
    throw new LabError('TL_MESH_UPDATE_REJECTED', `${name} refused the change: ${outcome.reason}`)
  }
}

async function untilDrained(adminUrl: string): Promise<void> {
  await poll(async () => ((await isDraining(adminUrl)) ? undefined : true), { deadlineMs: UPDATE_DEADLINE })
}

async function isDraining(adminUrl: string): Promise<boolean> {
  const filter = String.raw`^listener_manager\.total_(filter_chains|listeners)_draining$`
  try {
    const { body } = await httpRequest(`${adminUrl}/stats?filter=${encodeURIComponent(filter)}`)
    return body.split('\n').some((line) => /: [1-9]/.test(line))
  } catch {
    // A sidecar that is down has no open connection.
    return false
  }
}
