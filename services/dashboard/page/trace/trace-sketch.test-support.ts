import { judgeTrace } from 'throughline'

/** A span as Jaeger's query API has it, with only what the page reads. */
export interface SpanSketch {
  id: string
  parent?: string
  service: string
  /** Default `call` and its id. */
  name?: string
  kind?: string
  proxy?: boolean
  /** `node.id` of a proxy. */
  node?: string
  start?: number
  duration?: number
  status?: number
  error?: boolean
}

/** The five spans of one call through two sidecars, in no particular order. */
export const wholeChain: SpanSketch[] = [
  { id: 'd1', parent: 'c1', service: 'counting', kind: 'server', start: 300, duration: 100, status: 200 },
  { id: 'a1', service: 'dashboard', kind: 'server', start: 0, duration: 1000, status: 200 },
  {
    id: 'c1',
    parent: 'b1',
    service: 'counting-sidecar',
    kind: 'server',
    proxy: true,
    start: 250,
    duration: 200,
    status: 200,
  },
  {
    id: 'b1',
    parent: 'a2',
    service: 'dashboard-sidecar',
    kind: 'client',
    proxy: true,
    start: 200,
    duration: 400,
    status: 200,
  },
  { id: 'a2', parent: 'a1', service: 'dashboard', kind: 'client', start: 100, duration: 600, status: 200 },
]

export const FIXTURE_TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

/** Sketches as they arrive: one process for each service, times in µs since the epoch. */
function toJaeger(sketches: SpanSketch[]): Record<string, unknown> {
  const services = [...new Set(sketches.map((span) => span.service))]
  return {
    traceID: FIXTURE_TRACE_ID,
    processes: Object.fromEntries(services.map((serviceName, index) => [`p${index}`, { serviceName, tags: [] }])),
    spans: sketches.map((span) => ({
      traceID: FIXTURE_TRACE_ID,
      spanID: span.id,
      operationName: span.name ?? `call ${span.id}`,
      references:
        span.parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID: FIXTURE_TRACE_ID, spanID: span.parent }],
      startTime: 1_700_000_000_000_000 + (span.start ?? 0),
      duration: span.duration ?? 10,
      processID: `p${services.indexOf(span.service)}`,
      tags: [
        ...(span.kind === undefined ? [] : [{ key: 'span.kind', type: 'string', value: span.kind }]),
        ...(span.proxy === true ? [{ key: 'component', type: 'string', value: 'proxy' }] : []),
        ...(span.node === undefined ? [] : [{ key: 'node_id', type: 'string', value: span.node }]),
        ...(span.status === undefined ? [] : [{ key: 'http.status_code', type: 'string', value: String(span.status) }]),
        ...(span.error === true ? [{ key: 'error', type: 'bool', value: true }] : []),
      ],
    })),
  }
}

/** The same as the dashboard answers them: with its verdict. */
export function toAnswer(sketches: SpanSketch[], options = {}): Record<string, unknown> {
  const trace = toJaeger(sketches)
  return { data: [trace], verdict: judgeTrace(trace, options) }
}
