import {
  type HttpAnswer,
  httpRequest,
  type HttpRequestOptions,
  LabError,
  messageOf,
  poll,
} from '@throughline/lab-programs'
import type { Json } from '@throughline/lab-kube-api'
import { checkConsulEntry } from './check-consul-entry.ts'
import type { ConsulEntry } from './consul-entry.ts'

/** Milliseconds for an agent that is being restarted to answer again and elect a leader. */
const ANSWER_DEADLINE = 10_000

/** The part of Consul's HTTP API that a mesh uses. */
export interface ConsulClient {
  url: string
  /** Whether the agent has a leader and its certificate authority has a root certificate. */
  isReady: () => Promise<boolean>
  /**
   * Writes a config entry, after `checkConsulEntry`.
   *
   * @throws LabError TL_MESH_CONFIG_INVALID, TL_MESH_UPDATE_REJECTED with Consul's message, TL_MESH_UPDATE_TIMEOUT
   */
  writeEntry: (entry: ConsulEntry) => Promise<void>
  /**
   * A config entry from Consul, with its keys spelled as in a write; undefined without one.
   *
   * @throws LabError TL_MESH_UPDATE_TIMEOUT
   */
  readEntry: (kind: string, name: string) => Promise<ConsulEntry | undefined>
  /** Registers a service with its sidecar, or replaces the registration under its name. */
  register: (registration: Json) => Promise<void>
}

export function createConsulClient(url: string): ConsulClient {
  /** Repeats a request until Consul accepts or refuses it. */
  const send = async (path: string, options: HttpRequestOptions, what: string): Promise<HttpAnswer> => {
    let last = 'no answer'
    const attempt = async (): Promise<HttpAnswer | undefined> => {
      try {
        const answer = await httpRequest(`${url}${path}`, { ...options, timeoutMs: 5000 })
        last = answer.body.trim()
        return isRefusal(answer) || answer.status < 300 ? answer : undefined
      } catch (error) {
        last = messageOf(error)
        return undefined
      }
    }
    const answer = await poll(attempt, { deadlineMs: ANSWER_DEADLINE, intervalMs: 100 })
    if (answer === undefined) throw new LabError('TL_MESH_UPDATE_TIMEOUT', `Consul did not ${what}: ${last}`)
    return answer
  }
  const put = async (path: string, body: Json): Promise<void> => {
    const answer = await send(path, { method: 'PUT', body }, 'accept the change')
    if (isRefusal(answer)) {
      throw new LabError('TL_MESH_UPDATE_REJECTED', `Consul refused the change: ${answer.body.trim()}`)
    }
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
      await put('/v1/config', entry as unknown as Json)
    },
    async readEntry(kind, name) {
      const { status, body } = await send(`/v1/config/${kind}/${name}`, {}, `return its ${kind} ${name}`)
      return status === 200 ? (lowerCaseKeys(JSON.parse(body) as Json) as unknown as ConsulEntry) : undefined
    },
    register: (registration) => put('/v1/agent/service/register', registration),
  }
}

/** Consul answers 500 to some invalid entries, and to every entry while it has no leader. */
function isRefusal({ status, body }: HttpAnswer): boolean {
  return (
    (status >= 400 && status < 500) || (status === 500 && !/leader|leave in progress|rpc error|timeout/i.test(body))
  )
}

/** Consul answers with `Kind` and `Sources`, and accepts `kind` and `sources`. */
function lowerCaseKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(lowerCaseKeys)
  if (value === null || typeof value !== 'object') return value
  const pairs = Object.entries(value).map(([key, child]) => [
    `${key.charAt(0).toLowerCase()}${key.slice(1)}`,
    lowerCaseKeys(child),
  ])
  return Object.fromEntries(pairs) as Json
}
