import { httpRequest, messageOf } from '@throughline/lab-programs'
import type { SidecarStatus } from '../mesh.ts'

export interface SidecarExpectation {
  /** `node.id` of its bootstrap: an old Envoy on the same admin port answers too. */
  nodeId: string
  /** Names of the listeners that it must have. */
  listeners: string[]
  /**
   * What it must have acknowledged, by discovery service (`lds`, `cds`, `rds`): the `version_info` of what was last
   * written. Without it, one rejected update since it started means rejected, unless `refusals` says otherwise.
   */
  versions?: Record<string, string> | undefined
  /**
   * Without `versions`, what a rejected update means. `counted` (default): rejected, until it is started again.
   * `standing`: rejected while Envoy reports a refused listener; a control plane that sends a good one afterwards has
   * repaired it, and has no version numbers of ours. Clusters and routes have no such mark and stay counted.
   */
  refusals?: 'counted' | 'standing' | undefined
}

export type SidecarCheck = Pick<SidecarStatus, 'state' | 'reason'>

interface Stats {
  versions: Record<string, string>
  refused: string[]
}

/**
 * The one place that decides that a sidecar runs with its configuration. Reads Envoy's admin address: `/ready` alone is
 * not enough, as it answers 200 after a rejected listener.
 *
 * Never throws: a sidecar that doesn't answer is down.
 */
export async function checkSidecar(adminUrl: string, expected: SidecarExpectation): Promise<SidecarCheck> {
  try {
    const server = JSON.parse((await httpRequest(`${adminUrl}/server_info`)).body) as ServerInfo
    if (server.node?.id !== expected.nodeId) {
      return {
        state: 'down',
        reason: `another Envoy answers at ${adminUrl}: ${server.node?.id ?? 'without a node id'}`,
      }
    }
    if (server.state !== 'LIVE') return { state: 'starting', reason: `it is ${server.state ?? 'in an unknown state'}` }

    const stats = parseStats(
      (await httpRequest(`${adminUrl}/stats?filter=${encodeURIComponent(statsFilter)}`)).body,
      expected.refusals,
    )
    const behind = Object.entries(expected.versions ?? {}).filter(([kind, version]) => stats.versions[kind] !== version)
    if (stats.refused.length > 0 && (expected.versions === undefined || behind.length > 0)) {
      const standing = await listenerErrors(adminUrl)
      const repaired = expected.refusals === 'standing' && standing === undefined && stats.refused.join() === 'lds'
      if (!repaired) {
        return { state: 'rejected', reason: standing ?? `it refused an update of ${stats.refused.join(', ')}` }
      }
    }
    if (behind.length > 0)
      return { state: 'starting', reason: `it has not acknowledged ${behind.map(([kind]) => kind).join(', ')} yet` }

    const present = (await httpRequest(`${adminUrl}/listeners?format=json`)).body
    const names = (JSON.parse(present) as ListenerList).listener_statuses?.map(({ name }) => name) ?? []
    const missing = expected.listeners.filter((name) => !names.includes(name))
    if (missing.length > 0) return { state: 'starting', reason: `it has no listener ${missing.join(', ')}` }

    const expired = expiredCertificate(JSON.parse((await httpRequest(`${adminUrl}/certs`)).body) as CertificateList)
    if (expired !== undefined) return { state: 'down', reason: `its certificate ${expired} has expired` }

    const ready = await httpRequest(`${adminUrl}/ready`)
    return ready.status === 200 ? { state: 'ready' } : { state: 'starting', reason: ready.body.trim() }
  } catch (error) {
    return { state: 'down', reason: `its admin address ${adminUrl} does not answer: ${messageOf(error)}` }
  }
}

interface ServerInfo {
  state?: string
  node?: { id?: string }
}

interface ListenerList {
  listener_statuses?: { name: string }[]
}

interface Certificate {
  path?: string
  expiration_time?: string
}

interface CertificateList {
  certificates?: { ca_cert?: Certificate[]; cert_chain?: Certificate[] }[]
}

interface ListenerDump {
  configs?: { error_state?: { details?: string } }[]
}

const statsFilter = String.raw`^(listener_manager\.lds|cluster_manager\.cds|http\..*\.rds\..*)\.(version_text|update_rejected|update_failure)$`

/** One line a statistic: `cluster_manager.cds.update_rejected: 0`, `listener_manager.lds.version_text: "1"`. */
function parseStats(text: string, refusals: SidecarExpectation['refusals']): Stats {
  const stats: Stats = { versions: {}, refused: [] }
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^(\S+): (.*)$/.exec(line) ?? []
    const kind = /\.(lds|cds|rds)\./.exec(name)?.[1]
    if (kind === undefined) continue
    // A lost stream to a control plane counts as a failed update, too.
    if (refusals === 'standing' && name.endsWith('.update_failure')) continue
    if (name.endsWith('.version_text')) stats.versions[kind] = value.replaceAll('"', '')
    else if (value !== '0' && !stats.refused.includes(kind)) stats.refused.push(kind)
  }
  return stats
}

async function listenerErrors(adminUrl: string): Promise<string | undefined> {
  const { status, body } = await httpRequest(`${adminUrl}/config_dump?resource=dynamic_listeners`)
  if (status !== 200) return undefined
  const details = (JSON.parse(body) as ListenerDump).configs?.flatMap(({ error_state }) => error_state?.details ?? [])
  return details === undefined || details.length === 0 ? undefined : [...new Set(details)].join('; ')
}

function expiredCertificate({ certificates = [] }: CertificateList): string | undefined {
  const all = certificates.flatMap(({ ca_cert = [], cert_chain = [] }) => [...ca_cert, ...cert_chain])
  return all.find(({ expiration_time }) => expiration_time !== undefined && Date.parse(expiration_time) < Date.now())
    ?.path
}
