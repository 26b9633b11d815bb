import { parseTrace } from '../trace/parse-trace.js'
import type { buildPathModel } from './path-model.js'
import { hopsOf } from './traced-hops.js'
import { buildTraceModel } from '../trace/trace-model.js'
import { type SpanSketch, toAnswer, wholeChain } from '../trace/trace-sketch.test-support.ts'

/** The hops of a trace. */
export function hops(sketches: SpanSketch[]) {
  const trace = parseTrace(toAnswer(sketches))
  if (trace === undefined) throw new Error('the fixture is not a trace')
  return hopsOf(buildTraceModel(trace))
}

/** A path that is whole, without a mesh that reports. */
export const base = { status: 200, known: hops(wholeChain), reached: null, mesh: null }
export const sidecar = (name: string, state: 'ready' | 'down' = 'ready', nodeId: string | null = null) => ({
  name,
  nodeId,
  state,
  reason: null,
  restarts: 0,
  restartsInMs: null,
})
export const mesh = (...sidecars: ReturnType<typeof sidecar>[]) => ({
  mesh: 'static-envoy',
  tracer: 'none',
  tracers: ['none'],
  access: 'allowed' as const,
  sidecars,
  services: [] as ReturnType<typeof sidecar>[],
  settings: [],
  bypass: null,
  links: [],
})
/** The status of each part of a path. */
export const marks = ({ hops: nodes, edges }: ReturnType<typeof buildPathModel>) => ({
  hops: nodes.map((hop) => hop.status),
  edges: edges.map((edge) => edge.status),
})
