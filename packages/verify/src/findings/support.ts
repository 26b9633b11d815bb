import type { Analysis, ProbePath } from '../evidence/analyse.ts'
import type { ProbeKind } from '../evidence/probe.ts'
import type { SpanNode } from '../evidence/trace-forest.ts'

/** `frontend's CLIENT span`. */
export const nameSpan = ({ span }: SpanNode): string =>
  `${span.service}’s ${span.kind === null ? '' : `${span.kind.toUpperCase()} `}span`

/** `39.6 ms`. */
export function formatMs(us: number): string {
  const ms = us / 1000
  return `${ms >= 100 ? Math.round(ms) : ms.toFixed(1)} ms`
}

/** `5 of 5 probes`. */
export const countProbes = (part: number, all: number): string => `${part} of ${all} probe${all === 1 ? '' : 's'}`

/** Whether a span below the probe's own context: the hop read the format that the probe sent. */
export function isJoined({ span }: SpanNode, { probe }: ProbePath): boolean {
  return probe.contexts.some(({ traceId, spanId }) => span.traceId === traceId && span.parentId === spanId)
}

/** Whether a span names a parent that is not stored. */
export const namesMissingParent = ({ span, parent }: SpanNode): boolean => parent === null && span.parentId !== null

/** Spans of proxies among those of a probe. */
export const proxiesOf = (path: ProbePath): SpanNode[] => path.nodes.filter(({ span }) => span.proxy)

export const appsOf = (path: ProbePath): SpanNode[] => path.nodes.filter(({ span }) => !span.proxy)

/** A span's identity across probes: who reported it, and its kind. */
export const roleOf = ({ span }: SpanNode): string =>
  `${span.proxy ? (span.node ?? span.service) : span.service} ${span.kind} ${span.proxy}`

/** The roles that every probe of these kinds left, and that none of them did. */
function rolesOf(paths: readonly ProbePath[]): { always: Set<string>; ever: Set<string> } {
  const rolesByPath = paths.map((path) => new Set(path.nodes.map(roleOf)))
  const ever = new Set(rolesByPath.flatMap((roles) => [...roles]))
  return { ever, always: new Set([...ever].filter((role) => rolesByPath.every((roles) => roles.has(role)))) }
}

/** Proxies that every probe of kind `present` left a span of, and no probe of kind `absent`. */
export function lostProxies(
  analysis: Analysis,
  { present, absent }: { present: ProbeKind; absent: ProbeKind },
): SpanNode[] {
  const having = analysis.of(present)
  const lacking = analysis.of(absent)
  if (having.length === 0 || lacking.length === 0) return []
  const { always } = rolesOf(having)
  const { ever } = rolesOf(lacking)
  const first = having[0]
  return first === undefined
    ? []
    : proxiesOf(first).filter((node) => always.has(roleOf(node)) && !ever.has(roleOf(node)))
}

/** The service whose app is behind a proxy: the app span below it or linked to it, else the proxy's own name. */
export function appBehind(node: SpanNode): string {
  const below = [...node.children, ...node.linked.map(({ root }) => root)]
  const app = below.find(({ span }) => !span.proxy)
  return app?.span.service ?? `the app behind ${node.span.service}`
}

/** Groups the items of each path by a key, with the number of paths in each group. */
export function groupByPath<T>(
  paths: readonly ProbePath[],
  find: (path: ProbePath) => { key: string; value: T }[],
): Map<string, { path: ProbePath; value: T }[]> {
  const groups = new Map<string, { path: ProbePath; value: T }[]>()
  for (const path of paths) {
    const counted = new Set<string>()
    for (const { key, value } of find(path)) {
      if (counted.has(key)) continue
      counted.add(key)
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [{ path, value }])
      else group.push({ path, value })
    }
  }
  return groups
}

/** The kinds of the probes in a group. */
export const kindsIn = (group: readonly { path: ProbePath }[]): Set<ProbeKind> =>
  new Set(group.map(({ path }) => path.probe.kind))
