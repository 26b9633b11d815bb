import { checkSidecar, type SidecarCheck } from '../sidecar/check-sidecar.ts'
import { type Command, createProgram, LabError, type Program, type Reaper } from '@throughline/lab-programs'
import type { SidecarStatus } from '../mesh.ts'
import { readSidecarStatus } from '../sidecar/sidecar-status.ts'

export interface AgentSidecarOptions {
  name: string
  /** How its agent is started, which starts Envoy. */
  command: Command
  /** What the agent calls Envoy. */
  nodeId: string
  adminUrl: string
  /** Listeners without which it is not ready. */
  listeners: string[]
  logFile: string
  reaper: Reaper
  log?: (line: string) => void
}

export interface AgentSidecar extends Program {
  status: () => Promise<SidecarStatus>
}

/** One of Istio's agents and the Envoy it runs, as one program: when Envoy ends, so does the agent. */
export function createAgentSidecar(options: AgentSidecarOptions): AgentSidecar {
  const { name, command, nodeId, adminUrl, listeners, logFile, reaper, log } = options
  const check = (): Promise<SidecarCheck> => checkSidecar(adminUrl, { nodeId, listeners, refusals: 'standing' })
  const program = createProgram({
    name,
    ...command,
    logFile,
    reaper,
    ...(log && { log }),
    async isReady() {
      const { state, reason } = await check()
      if (state === 'rejected') throw new LabError('TL_MESH_UPDATE_REJECTED', `refused its configuration: ${reason}`)
      return state === 'ready'
    },
  })
  return { ...program, status: () => readSidecarStatus(program, check) }
}
