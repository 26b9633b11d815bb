import { LabError, messageOf } from '../../errors.ts'
import { type HttpAnswer, httpRequest } from '../../http-request.ts'
import { poll } from '../../poll.ts'
import type { MeshValue } from '../../render-mesh.ts'
import { checkConsulEntry, type ConsulEntry } from './check-consul-entry.ts'

/** Milliseconds for an agent that is being restarted to answer again, and to find that it leads. */
const patience = 10_000

/** The part of Consul's HTTP API that a mesh needs. */
export interface ConsulClient {
  url: string
  /** Whether the agent has a leader and its authority a root certificate. */
  isReady: () => Promise<boolean>
  /**
   * Writes a config entry, after `checkConsulEntry`.
   *
   * @throws LabError TL_MESH_CONFIG_INVALID, TL_MESH_UPDATE_REJECTED with Consul's own words, TL_MESH_UPDATE_TIMEOUT
   */
  writeEntry: (entry: ConsulEntry) => Promise<void>
  /** Registers a service with its sidecar, or replaces what is registered under its name. */
  register: (registration: MeshValue) => Promise<void>
}

export function createConsulClient(url: string): ConsulClient {
  const put = async (path: string, body: MeshValue): Promise<void> => {
    let last = 'no answer'
    const attempt = async (): Promise<HttpAnswer | undefined> => {
      try {
        const answer = await httpRequest(`${url}${path}`, { method: 'PUT', body, timeoutMs: 5000 })
        last = answer.body.trim()
        return isRefusal(answer) || answer.status < 300 ? answer : undefined
      } catch (error) {
        last = messageOf(error)
        return undefined
      }
    }
    const answer = await poll(attempt, { deadlineMs: patience, intervalMs: 100 })
    if (answer === undefined) throw new LabError('TL_MESH_UPDATE_TIMEOUT', `Consul did not take the change: ${last}`)
    if (isRefusal(answer)) throw new LabError('TL_MESH_UPDATE_REJECTED', `Consul refused the change: ${last}`)
  }

  return {
    url,
    async isReady() {
      try {
        const { status, body } = await httpRequest(`${url}/v1/connect/ca/roots`)
        return status === 200 && (JSON.parse(body) as { Roots?: unknown[] }).Roots?.length === 1
      } catch {
        return false
      }
    },
    async writeEntry(entry) {
      checkConsulEntry(entry)
      await put('/v1/config', entry as unknown as MeshValue)
    },
    register: (registration) => put('/v1/agent/service/register', registration),
  }
}

/** Consul answers 500 to some entries that are wrong, and to all of them while it has no leader. */
function isRefusal({ status, body }: HttpAnswer): boolean {
  return (
    (status >= 400 && status < 500) || (status === 500 && !/leader|leave in progress|rpc error|timeout/i.test(body))
  )
}
