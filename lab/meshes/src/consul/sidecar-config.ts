import type { Json } from '@throughline/lab-kube-api'
import { isRecord } from '@throughline/trace-store'
import { type DumpNode, nodesIn, percentageOf, readConfigDump } from '../sidecar/config-dump.ts'
import type { ConsulState } from './consul-settings.ts'

/** The part of a state that a sidecar's own configuration shows; absent where it shows nothing. */
export type SidecarConfig = Partial<Pick<ConsulState, 'rule' | 'protocol' | 'sampling' | 'mtls'>>

interface ListenerEntry {
  active_state?: { listener?: DumpNode & { name: string } }
}

/** Reads it from the listener with this name prefix; empty without such a listener or without an answer. */
export async function readSidecarConfig(adminUrl: string, listener: string): Promise<SidecarConfig> {
  try {
    const entries = await readConfigDump<ListenerEntry>(adminUrl, 'dynamic_listeners')
    const listeners = entries.flatMap(({ active_state }) => active_state?.listener ?? [])
    const found = listeners.find(({ name }) => name.startsWith(listener))
    return found === undefined ? {} : parseSidecarConfig(found)
  } catch {
    return {}
  }
}

function parseSidecarConfig(listener: Record<string, Json>): SidecarConfig {
  const nodes = [...nodesIn(listener)]
  const manager = nodes.find((node) => 'http_filters' in node)
  const rbac = nodes.find(({ '@type': type }) => typeof type === 'string' && type.endsWith('.RBAC'))
  const tracing = manager?.['tracing']
  const chains = Array.isArray(listener['filter_chains']) ? listener['filter_chains'] : []
  return {
    protocol: manager === undefined ? 'tcp' : 'http',
    mtls: chains.some(isPlain) ? 'permissive' : 'strict',
    ...(rbac !== undefined && { rule: ruleOf(rbac) }),
    ...(isRecord(tracing) && { sampling: String(percentageOf(tracing['random_sampling'])) }),
  }
}

function isPlain(chain: Json): boolean {
  return isRecord(chain) && !('transport_socket' in chain)
}

/** Where intentions deny by default, Consul writes a policy for each one that allows. */
function ruleOf(rbac: DumpNode): ConsulState['rule'] {
  const rules = rbac['rules']
  const policies = isRecord(rules) && isRecord(rules['policies']) ? Object.keys(rules['policies']) : []
  if (policies.length === 0) return 'denied'
  return policies.some((name) => name.includes('layer7')) ? 'get-only' : 'everything'
}
