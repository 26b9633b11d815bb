import type { SpanNode } from './trace-forest.ts'

/** Envoy's name of the span of its request to an upstream (`spawn_upstream_span`); it has no `node_id`. */
const UPSTREAM_SPAN = /^router .* egress$/

/**
 * The span ids of proxies that stand at the edge, without an application beside them. Istio's node ids say what a proxy
 * is; any other is a gateway where the request it takes in goes on to another proxy that takes it in.
 */
export function findGateways(nodes: readonly SpanNode[]): Set<string> {
  const spans = nodes.filter(isGateway).flatMap((node) => [node, ...upstreamSpans(node)])
  return new Set(spans.map(({ span }) => span.spanId))
}

function isGateway(node: SpanNode): boolean {
  const { proxy, kind, node: nodeId } = node.span
  if (!proxy || kind === 'client') return false
  const type = /^(router|waypoint|sidecar)~/.exec(nodeId ?? '')?.[1]
  if (type !== undefined) return type !== 'sidecar'
  return [node, ...upstreamSpans(node)]
    .flatMap(({ children }) => children)
    .some((next) => next.span.proxy && next.span.kind !== 'client' && !isSameProxy(node, next))
}

function upstreamSpans(node: SpanNode): SpanNode[] {
  return node.children.filter(
    ({ span }) => span.proxy && span.service === node.span.service && UPSTREAM_SPAN.test(span.name),
  )
}

function isSameProxy({ span: a }: SpanNode, { span: b }: SpanNode): boolean {
  return a.node !== null && b.node !== null ? a.node === b.node : a.service === b.service
}
