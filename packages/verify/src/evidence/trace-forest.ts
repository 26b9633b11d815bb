import type { Span } from './span.ts'

/** A span in its tree: below its parent if that is stored, else a root. */
export interface SpanNode {
  span: Span
  parent: SpanNode | null
  children: SpanNode[]
  /** The call that this root belongs to by time and authority, not by ids. */
  link: Link | null
  /** Roots that belong to this call. */
  linked: Link[]
}

/** The relation of a root to the call around it. `client-proxy` reads: an app's CLIENT span contains a proxy's root. */
export type LinkKind = 'client-proxy' | 'server-proxy' | 'proxy-through' | 'proxy-app' | 'proxy-proxy'

export interface Link {
  kind: LinkKind
  host: SpanNode
  root: SpanNode
  /** Every other root that fits inside `host` has its own call: the match is one to one. */
  certain: boolean
}

/** Every span as a node of the tree of its trace, by parent ids alone; nodes and children by their start. */
export function buildForest(spans: readonly Span[]): SpanNode[] {
  const nodes = dedupe(spans)
    .map((span): SpanNode => ({ span, parent: null, children: [], link: null, linked: [] }))
    .sort(byStart)
  const byId = groupById(nodes)
  for (const node of nodes) {
    node.parent = findParent(node, byId)
    node.parent?.children.push(node)
  }
  // A cycle of spans has no root: the first span to start becomes one.
  const rooted = new Set<SpanNode>()
  for (const node of nodes) cutLoop(node, rooted)
  return nodes
}

/** By start; of two that start together, the longer one first. */
function byStart({ span: a }: SpanNode, { span: b }: SpanNode): number {
  return a.startUs - b.startUs || b.durationUs - a.durationUs
}

/** The same span read twice, such as by a search and by its id. */
function dedupe(spans: readonly Span[]): Span[] {
  const unique = new Map<string, Span>()
  for (const span of spans) {
    const key = `${span.traceId} ${span.spanId} ${span.kind} ${span.service}`
    if (!unique.has(key)) unique.set(key, span)
  }
  return [...unique.values()]
}

function groupById(nodes: readonly SpanNode[]): Map<string, SpanNode[]> {
  const groups = new Map<string, SpanNode[]>()
  for (const node of nodes) {
    const key = `${node.span.traceId} ${node.span.spanId}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [node])
    else group.push(node)
  }
  return groups
}

/**
 * Two halves of a call may share one span id (Zipkin's shared spans): the server's is then below the client's, and what
 * names that id as parent is below the server's.
 */
function findParent(node: SpanNode, byId: ReadonlyMap<string, SpanNode[]>): SpanNode | null {
  const { traceId, spanId, parentId, kind } = node.span
  const client = byId
    .get(`${traceId} ${spanId}`)
    ?.find((candidate) => candidate !== node && candidate.span.kind === 'client')
  if (kind === 'server' && client !== undefined) return client
  if (parentId === null || parentId === spanId) return null
  const named = byId.get(`${traceId} ${parentId}`) ?? []
  return named.find((candidate) => candidate.span.kind === 'server') ?? named[0] ?? null
}

/** @param rooted spans that are known to be below a root, to walk up each path once */
function cutLoop(node: SpanNode, rooted: Set<SpanNode>): void {
  const visited = new Set<SpanNode>()
  for (let at: SpanNode | null = node; at !== null && !rooted.has(at); at = at.parent) {
    if (visited.has(at)) {
      const parent = at.parent
      if (parent !== null) parent.children = parent.children.filter((child) => child !== at)
      at.parent = null
      break
    }
    visited.add(at)
  }
  for (const each of visited) rooted.add(each)
}
