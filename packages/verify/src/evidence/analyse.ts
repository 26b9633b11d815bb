import type { Evidence } from './evidence.ts'
import { linkRoots } from './link-roots.ts'
import type { Probe, ProbeKind } from './probe.ts'
import { buildForest, type Link, type SpanNode } from './trace-forest.ts'

/** The spans of one probe, found by id, by its user agent, or by a link. */
export interface ProbePath {
  probe: Probe
  /** Its first spans: below the context it sent, or marked by its user agent or request id. */
  entries: SpanNode[]
  /** All of its spans, depth first. */
  nodes: SpanNode[]
  links: Link[]
}

/** Evidence with its spans assembled into paths; rules read this. */
export interface Analysis {
  evidence: Evidence
  /** One for each probe, in the order in which they were sent. */
  paths: ProbePath[]
  /** Every span, including those of other requests. */
  nodes: SpanNode[]
  /** Probes of these kinds. */
  of: (...kinds: ProbeKind[]) => ProbePath[]
}

/** Probes that request tracing, in any format. */
export const SAMPLED_KINDS = ['w3c', 'b3', 'both', 'w3c-forced'] as const satisfies ProbeKind[]

export function analyse(evidence: Evidence): Analysis {
  const nodes = buildForest(evidence.spans)
  const entriesOf = findEntries(evidence.probes, nodes)
  const entries = new Set([...entriesOf.values()].flat())
  linkRoots(nodes, (node) => entries.has(node))
  const paths = evidence.probes.map((probe): ProbePath => {
    const entryNodes = entriesOf.get(probe) ?? []
    const reached = walk(entryNodes)
    return { probe, entries: entryNodes, nodes: reached, links: reached.flatMap(({ linked }) => linked) }
  })
  return { evidence, paths, nodes, of: (...kinds) => paths.filter(({ probe }) => kinds.includes(probe.kind)) }
}

function findEntries(probes: readonly Probe[], nodes: readonly SpanNode[]): Map<Probe, SpanNode[]> {
  const byNonce = new Map(probes.map((probe) => [probe.nonce, probe]))
  const byTrace = new Map(probes.flatMap((probe) => probe.contexts.map(({ traceId }) => [traceId, probe] as const)))
  const byRequest = new Map(
    probes.flatMap((probe) => (probe.requestId === null ? [] : [[spelling(probe.requestId), probe] as const])),
  )
  const found = new Map<Probe, SpanNode[]>()
  const add = (node: SpanNode, probe: Probe): void => {
    const entries = found.get(probe)
    if (entries === undefined) found.set(probe, [node])
    else entries.push(node)
  }
  const roots = nodes.filter(({ parent }) => parent === null)
  for (const node of roots) {
    const { traceId, probe: nonce } = node.span
    const probe = byTrace.get(traceId) ?? (nonce === null ? undefined : byNonce.get(nonce))
    if (probe !== undefined) add(node, probe)
  }
  // An app may forward the request id, so it identifies a first span only when nothing else does.
  const byIds = new Set(found.keys())
  for (const node of roots) {
    const { requestId } = node.span
    const probe = requestId === null ? undefined : byRequest.get(spelling(requestId))
    if (probe !== undefined && !byIds.has(probe)) add(node, probe)
  }
  // The longest first: a proxy's lone span still comes before the app that it contains.
  for (const entries of found.values()) entries.sort((a, b) => b.span.durationUs - a.span.durationUs)
  return found
}

/** Envoy writes its sampling decision into one digit of a UUID: two spellings, one id. */
function spelling(requestId: string): string {
  const id = requestId.toLowerCase()
  return /^[0-9a-f-]{36}$/.test(id) ? `${id.slice(0, 14)}_${id.slice(15)}` : id
}

function walk(entries: readonly SpanNode[]): SpanNode[] {
  const visited = new Set<SpanNode>()
  const pending = entries.toReversed()
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (visited.has(node)) continue
    visited.add(node)
    const below = [...node.children, ...node.linked.map(({ root }) => root)]
    // One by one: there may be more than a call takes arguments.
    for (const next of below.sort((a, b) => b.span.startUs - a.span.startUs)) pending.push(next)
  }
  return [...visited]
}
