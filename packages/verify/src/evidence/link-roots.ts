import type { Link, LinkKind, SpanNode } from './trace-forest.ts'

/** Some SDKs read the clock in whole milliseconds. */
const TOLERANCE_US = 2000

/** An app ends its span once it hears that its answer has left: a busy one hears that after its caller has ended. */
const LATE_END_US = 100_000

/**
 * Ties roots to the calls they belong to: a root that lies within a call in time, for the same authority, is that
 * call's; where none does, so is an app's that begins within it and ends a little later. Fragments of one request share no id,
 * so stored spans show no more than this.
 *
 * Under load several roots may fit one call. A link is certain only when each fitting root has its own call, so that
 * none can have come from a caller that reports nothing.
 *
 * @param isProbeEntry roots that are known to be a probe's first spans belong to no call
 */
export function linkRoots(nodes: readonly SpanNode[], isProbeEntry: (node: SpanNode) => boolean): void {
  const roots = nodes.filter((node) => node.parent === null && !isProbeEntry(node))
  for (const kind of Object.keys(RULES) as LinkKind[]) {
    for (const lateUs of RULES[kind].lateUs ?? [TOLERANCE_US]) {
      const free = roots.filter((node) => node.link === null && RULES[kind].isRoot(node))
      const hosts = nodes.filter((node) => node.linked.length === 0 && RULES[kind].isHost(node))
      linkKind(kind, { hosts, roots: free, lateUs })
    }
  }
}

interface LinkRule {
  /** How much later than its call a root may end, in the order of matching. Default `TOLERANCE_US`. */
  lateUs?: readonly number[]
  isHost: (node: SpanNode) => boolean
  isRoot: (node: SpanNode) => boolean
  belongs: (host: SpanNode, root: SpanNode) => boolean
}

const hasProxyChild = ({ children }: SpanNode): boolean => children.some(({ span }) => span.proxy)

/** In the order of matching: the nearest relation first. */
const RULES: Record<LinkKind, LinkRule> = {
  'client-proxy': {
    isHost: (node) => !node.span.proxy && node.span.kind === 'client' && !hasProxyChild(node),
    isRoot: ({ span }) => span.proxy,
    belongs: (host, root) => sameAuthority(host, root) && samePath(host, root),
  },
  'proxy-app': {
    lateUs: [TOLERANCE_US, LATE_END_US],
    isHost: ({ span, children }) => span.proxy && span.kind !== 'client' && children.length === 0,
    isRoot: ({ span }) => !span.proxy && span.kind === 'server',
    belongs: samePath,
  },
  'proxy-proxy': {
    isHost: ({ span, children }) => span.proxy && span.kind === 'client' && children.length === 0,
    isRoot: ({ span }) => span.proxy && span.kind === 'server',
    belongs: (host, root) => host.span.node !== root.span.node && sameAuthority(host, root) && samePath(host, root),
  },
  'proxy-through': {
    isHost: ({ span, children }) => span.proxy && span.kind === 'server' && children.length === 0,
    isRoot: ({ span }) => span.proxy && span.kind === 'client',
    belongs: (host, root) => host.span.node !== null && host.span.node === root.span.node,
  },
  'server-proxy': {
    isHost: ({ span, children }) => !span.proxy && span.kind === 'server' && children.length === 0,
    isRoot: ({ span }) => span.proxy && span.kind === 'client',
    belongs: (host, root) => proxyBefore(host)?.span.node != null && proxyBefore(host)?.span.node === root.span.node,
  },
}

interface Candidates {
  hosts: readonly SpanNode[]
  roots: readonly SpanNode[]
  /** How much later than its call a root may end. */
  lateUs: number
}

function linkKind(kind: LinkKind, { hosts, roots, lateUs }: Candidates): void {
  const { belongs } = RULES[kind]
  const sorted = [...roots].sort((a, b) => a.span.startUs - b.span.startUs)
  const fits = hosts.flatMap((host) =>
    within(sorted, host, lateUs)
      .filter((root) => belongs(host, root))
      .map((root) => ({ host, root, sharesTrace: host.span.traceId === root.span.traceId })),
  )
  // The trace id is kept where only a parent is missing: the call is then the one of the same trace.
  const withTrace = new Set(fits.flatMap(({ root, sharesTrace }) => (sharesTrace ? [root] : [])))
  const rootsOf = new Map<SpanNode, SpanNode[]>()
  for (const { host, root, sharesTrace } of fits) {
    if (withTrace.has(root) && !sharesTrace) continue
    rootsOf.set(host, [...(rootsOf.get(host) ?? []), root])
  }
  const matched = match(rootsOf)
  for (const [root, host] of matched) {
    const certain = (rootsOf.get(host) ?? []).every((candidate) => matched.has(candidate))
    const link: Link = { kind, host, root, certain }
    host.linked.push(link)
    root.link = link
  }
}

/** Roots that start while `host` lasts and end at most `lateUs` after it; `sorted` by start. */
function within(sorted: readonly SpanNode[], { span }: SpanNode, lateUs: number): SpanNode[] {
  const end = span.startUs + span.durationUs
  const found: SpanNode[] = []
  for (let i = firstFrom(sorted, span.startUs - TOLERANCE_US); i < sorted.length; i++) {
    const root = sorted[i]
    if (root === undefined || root.span.startUs > end + TOLERANCE_US) break
    if (root.span.startUs + root.span.durationUs <= end + lateUs) found.push(root)
  }
  return found
}

function firstFrom(sorted: readonly SpanNode[], startUs: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle]?.span.startUs ?? 0) < startUs) low = middle + 1
    else high = middle
  }
  return low
}

/** A maximum one-to-one matching (Kuhn's algorithm), tightest fits first. */
function match(rootsOf: ReadonlyMap<SpanNode, SpanNode[]>): Map<SpanNode, SpanNode> {
  const hostOf = new Map<SpanNode, SpanNode>()
  const claim = (host: SpanNode, tried: Set<SpanNode>): boolean => {
    const nearest = (rootsOf.get(host) ?? []).toSorted((a, b) => b.span.durationUs - a.span.durationUs)
    for (const root of nearest) {
      if (tried.has(root)) continue
      tried.add(root)
      const holder = hostOf.get(root)
      if (holder === undefined || claim(holder, tried)) {
        hostOf.set(root, host)
        return true
      }
    }
    return false
  }
  const shortestFirst = [...rootsOf.keys()].sort((a, b) => a.span.durationUs - b.span.durationUs)
  for (const host of shortestFirst) claim(host, new Set())
  return hostOf
}

/** Both name the same host, as far as they name one. */
function sameAuthority({ span: a }: SpanNode, { span: b }: SpanNode): boolean {
  if (a.authority === null || b.authority === null) return true
  if (a.authority === b.authority) return true
  const [hostA, portA] = a.authority.split(':')
  const [hostB, portB] = b.authority.split(':')
  return hostA === hostB && (portA === undefined || portB === undefined)
}

function samePath({ span: a }: SpanNode, { span: b }: SpanNode): boolean {
  return a.path === null || b.path === null || a.path === b.path
}

/** The proxy that a request of this app came through. */
function proxyBefore(node: SpanNode): SpanNode | undefined {
  const above = node.parent ?? node.link?.host
  return above?.span.proxy ? above : undefined
}
