import type { Analysis } from '../evidence/analyse.ts'

/** A proxy’s name for people: Istio’s `sidecar~ADDRESS~POD.NAMESPACE~…` is that of its pod. */
export const nameNode = (node: string): string => node.split('~')[2] ?? node

/** How many spans one Envoy reported for the probes, of one side or of both. */
export function spansOfNode(analysis: Analysis, node: string, direction?: 'inbound' | 'outbound'): number {
  const kind = direction === 'inbound' ? 'server' : 'client'
  return analysis.paths
    .flatMap(({ nodes }) => nodes)
    .filter(({ span }) => span.node === node && (direction === undefined || span.kind === kind)).length
}
