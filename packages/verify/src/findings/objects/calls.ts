import type { Analysis } from '../../evidence/analyse.ts'
import type { ClusterFacts, PodFacts, ServiceFacts } from '../../evidence/cluster-facts.ts'
import type { SpanNode } from '../../evidence/trace-forest.ts'
import { groupBy } from './group-by.ts'

/** The pod whose sidecar reported a span. */
export function podOf({ pods }: ClusterFacts, node: SpanNode | null): PodFacts | undefined {
  const reporter = node?.span.node ?? null
  if (reporter === null) return undefined
  return pods.find(({ pod }) => {
    const [namespace = '', name = ''] = pod.split('/')
    return reporter.split('~')[2] === `${name}.${namespace}` || reporter.startsWith(`${name}-`)
  })
}

/** The pod of an Envoy, by the name of its node. */
export const podOfNode = (cluster: ClusterFacts, node: string): PodFacts | undefined =>
  podOf(cluster, { span: { node } } as SpanNode)

/** How many spans the sidecar of a pod left for the probes. */
export function spansOfPod({ paths }: Analysis, cluster: ClusterFacts, pod: PodFacts): number {
  return paths.flatMap(({ nodes }) => nodes).filter((node) => podOf(cluster, node) === pod).length
}

/** Pods on the path that a Service selects. */
export const podsOf = ({ pods }: ClusterFacts, service: ServiceFacts): PodFacts[] =>
  pods.filter(({ pod }) => service.pods.includes(pod))

/** A call that arrived: from one sidecar to another. */
export interface ReceivedCall {
  caller: PodFacts
  callee: PodFacts
  /** The callee's span. */
  inbound: SpanNode
  /** The callee’s app served every such call, in two probes at least. */
  reached: boolean
  port: number | null
}

/** Calls between sidecars, one for each pair and path. */
export function receivedCalls({ paths }: Analysis, cluster: ClusterFacts): ReceivedCall[] {
  const calls = paths
    .flatMap(({ nodes }) => nodes)
    .flatMap((inbound) => {
      const callee = podOf(cluster, inbound)
      const caller = podOf(cluster, inbound.parent)
      const isCall = inbound.span.proxy && inbound.span.kind === 'server'
      if (!isCall || callee === undefined || caller === undefined || callee === caller) return []
      return [
        { caller, callee, inbound, served: isServed(inbound), port: portOf(cluster, callee, inbound.span.cluster) },
      ]
    })
  const groups = groupBy(calls, ({ caller, callee, inbound }) => `${caller.pod} ${callee.pod} ${inbound.span.path}`)
  return groups.flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { served: _, ...call } = first
    return [{ ...call, reached: group.length > 1 && group.every(({ served }) => served) }]
  })
}

/** An app is below it. */
const isServed = ({ children, linked }: SpanNode): boolean =>
  [...children, ...linked.map(({ root }) => root)].some((below) => !below.span.proxy)

/** Istio names the cluster of an inbound request `inbound|9001||`. */
function portOf(cluster: ClusterFacts, { pod }: PodFacts, upstream: string | null): number | null {
  const [, port] = /^inbound\|(\d+)\|/.exec(upstream ?? '') ?? []
  if (port !== undefined) return Number(port)
  return cluster.services.find(({ pods }) => pods.includes(pod))?.port?.target ?? null
}
