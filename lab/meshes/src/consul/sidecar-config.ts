import { type DumpNode, type Json, isNode, nodesIn, percentageOf, readConfigDump } from '../sidecar/config-dump.ts'
import type { ConsulState } from './consul-settings.ts'

/** What a sidecar does at the moment, as far as Consul tells it; absent where it can't be seen. */
export type SidecarConfig = Partial<Pick<ConsulState, 'rule' | 'protocol' | 'sampling' | 'mtls'>>

interface ListenerEntry {
  active_state?: { listener?: DumpNode & { name: string } }
}

/** Asks Envoy's admin for the listener whose name begins so; empty when there is none, or no answer. */
export async function readSidecarConfig(adminUrl: string, listener: string): Promise<SidecarConfig> {
  try {
    const entries = await readConfigDump<ListenerEntry>(adminUrl, 'dynamic_listeners')
    const all = entries.flatMap(({ active_state }) => active_state?.listener ?? [])
    const one = all.find(({ name }) => name.startsWith(listener))
    return one === undefined ? {} : parseSidecarConfig(one)
  } catch {
    return {}
  }
}

/** The same of one listener of a dump. */
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
    ...(isNode(tracing) && { sampling: String(percentageOf(tracing['random_sampling'])) }),
  }
}

function isPlain(chain: Json): boolean {
  return isNode(chain) && !('transport_socket' in chain)
}

/** Where nothing is allowed unless an intention says so, Consul writes a policy for each intention that allows. */
function ruleOf(rbac: DumpNode): ConsulState['rule'] {
  const rules = rbac['rules']
  const policies = isNode(rules) && isNode(rules['policies']) ? Object.keys(rules['policies']) : []
  if (policies.length === 0) return 'denied'
  return policies.some((name) => name.includes('layer7')) ? 'get-only' : 'everything'
}
