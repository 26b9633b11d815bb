import { httpGet } from '../../http-get.ts'
import type { ConsulState } from './consul-settings.ts'

/** What a sidecar does at the moment, as far as Consul tells it; absent where it can't be seen. */
export type SidecarConfig = Partial<Pick<ConsulState, 'rule' | 'protocol' | 'sampling' | 'mtls'>>

type Json = string | number | boolean | null | Json[] | Node
interface Node {
  [key: string]: Json
}

interface Dump {
  configs?: { active_state?: { listener?: Node & { name: string } } }[]
}

/** Asks Envoy's admin for the listener whose name begins so; empty when there is none, or no answer. */
export async function readSidecarConfig(adminUrl: string, listener: string): Promise<SidecarConfig> {
  try {
    const { body } = await httpGet(`${adminUrl}/config_dump?resource=dynamic_listeners`)
    const all = ((JSON.parse(body) as Dump).configs ?? []).flatMap(({ active_state }) => active_state?.listener ?? [])
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
  const isPlain = (chain: Json): boolean => isNode(chain) && !('transport_socket' in chain)
  return {
    protocol: manager === undefined ? 'tcp' : 'http',
    mtls: chains.some(isPlain) ? 'permissive' : 'strict',
    ...(rbac !== undefined && { rule: ruleOf(rbac) }),
    ...(isNode(tracing) && { sampling: String(percentageOf(tracing['random_sampling'])) }),
  }
}

/** Where nothing is allowed unless an intention says so, Consul writes a policy for each intention that allows. */
function ruleOf(rbac: Node): ConsulState['rule'] {
  const rules = rbac['rules']
  const policies = isNode(rules) && isNode(rules['policies']) ? Object.keys(rules['policies']) : []
  if (policies.length === 0) return 'denied'
  return policies.some((name) => name.includes('layer7')) ? 'get-only' : 'everything'
}

/** Envoy leaves out what is zero. */
function percentageOf(value: Json | undefined): number {
  return isNode(value) ? Number(value['value'] ?? 0) : 0
}

function isNode(value: Json | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function* nodesIn(value: Json): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* nodesIn(one)
  if (!isNode(value)) return
  yield value
  for (const one of Object.values(value)) yield* nodesIn(one)
}
