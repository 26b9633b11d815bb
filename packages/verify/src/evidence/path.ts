import type { Analysis } from './analyse.ts'
import type { SpanNode } from './trace-forest.ts'

/** One hop of the path as it was found. */
export interface PathHop {
  service: string
  proxy: boolean
}

/** The longest path that most probes agree on: the hops of a request in order, from all fragments together. */
export function describePath({ paths }: Analysis): PathHop[] {
  const sequences = paths.filter(({ probe }) => probe.kind !== 'bypass').map(({ nodes }) => hopsOf(nodes))
  return sequences.reduce<PathHop[]>((longest, hops) => (hops.length > longest.length ? hops : longest), [])
}

function hopsOf(nodes: readonly SpanNode[]): PathHop[] {
  const hops: PathHop[] = []
  for (const { span } of nodes) {
    const last = hops.at(-1)
    if (last?.service === span.service && last.proxy === span.proxy) continue
    hops.push({ service: span.service, proxy: span.proxy })
  }
  return hops
}
