import type { Analysis, ProbePath } from '../evidence/analyse.ts'
import { SAMPLED_KINDS } from '../evidence/analyse.ts'
import type { Link, LinkKind, SpanNode } from '../evidence/trace-forest.ts'
import { kindsIn, roleOf } from './support.ts'

/** A hop where the trace ends and another begins, in every probe that passed it. */
export interface OpenCall {
  kind: LinkKind
  /** The same hop in each probe. */
  links: Link[]
  paths: ProbePath[]
  /** Each link is one to one. */
  certain: boolean
  /** Both a probe that sent W3C only and one that sent B3 only broke here. */
  bothFormats: boolean
}

/**
 * Hops of these kinds that break in every probe that has them; a hop that breaks only in some is left to other
 * rules.
 */
export function openCalls(analysis: Analysis, kinds: readonly LinkKind[]): OpenCall[] {
  const paths = analysis.of('bare', ...SAMPLED_KINDS).filter(({ nodes }) => nodes.length > 0)
  const groups = new Map<string, { path: ProbePath; link: Link }[]>()
  for (const path of paths) {
    for (const link of path.links.filter(({ kind }) => kinds.includes(kind))) {
      const key = `${link.kind} ${hopOf(link.host)} ${roleOf(link.root)}`
      groups.set(key, [...(groups.get(key) ?? []), { path, link }])
    }
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const hop = hopOf(first.link.host)
    const passing = paths.filter(({ nodes }) => nodes.some((node) => hopOf(node) === hop))
    const breaking = new Set(group.map(({ path }) => path))
    if (passing.some((path) => !breaking.has(path)) || breaking.size < 2) return []
    const formats = kindsIn(group)
    return [
      {
        kind: first.link.kind,
        links: group.map(({ link }) => link),
        paths: [...breaking],
        certain: group.every(({ link }) => link.certain),
        bothFormats: (formats.has('w3c') || formats.has('w3c-forced')) && formats.has('b3'),
      },
    ]
  })
}

/** A hop is a caller and a callee. */
const hopOf = (node: SpanNode): string => `${roleOf(node)} ${node.span.kind === 'client' ? node.span.authority : ''}`

/** The app span of another service that names this call as its parent, skipping every proxy. */
export function calleeBelow(call: SpanNode): SpanNode | undefined {
  return call.children.find(({ span }) => !span.proxy && span.kind === 'server' && span.service !== call.span.service)
}

/** `frontend-sidecar ─► cart-sidecar (10.2 ms)` of the fragment that begins at a root. */
export function describeFragment(root: SpanNode): string {
  const names: string[] = []
  for (let node: SpanNode | undefined = root; node !== undefined; node = node.children[0]) {
    if (names.at(-1) !== node.span.service) names.push(node.span.service)
  }
  return `${names.join(' ─► ')} (${(root.span.durationUs / 1000).toFixed(1)} ms)`
}
