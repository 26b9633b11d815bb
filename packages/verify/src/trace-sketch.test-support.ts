/** A span with only what a test is about. */
export interface SpanSketch {
  id: string
  parent?: string
  service: string
  kind?: string
  proxy?: boolean
  /** `node.id` of a proxy, default its service. */
  node?: string
  /** Default `call` and its id. */
  name?: string
  start?: number
  /** µs, default 10. */
  durationUs?: number
}

const SKETCH_TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

/** The five spans of one call through two sidecars, in no particular order. */
export const wholeChain: SpanSketch[] = [
  { id: 'd1', parent: 'c1', service: 'counting', kind: 'server', start: 300 },
  { id: 'a1', service: 'dashboard', kind: 'server', start: 0 },
  { id: 'c1', parent: 'b1', service: 'counting-sidecar', kind: 'server', proxy: true, start: 250 },
  { id: 'b1', parent: 'a2', service: 'dashboard-sidecar', kind: 'client', proxy: true, start: 200 },
  { id: 'a2', parent: 'a1', service: 'dashboard', kind: 'client', start: 100 },
]

/** Sketches as Jaeger's query API answers them: one process for each service, times in µs since the epoch. */
export function toJaeger(sketches: readonly SpanSketch[]): Record<string, unknown> {
  const services = [...new Set(sketches.map((span) => span.service))]
  return {
    traceID: SKETCH_TRACE_ID,
    processes: Object.fromEntries(services.map((serviceName, index) => [`p${index}`, { serviceName, tags: [] }])),
    spans: sketches.map(({ id, parent, service, kind, proxy, node, name, start = 0, durationUs = 10 }) => ({
      traceID: SKETCH_TRACE_ID,
      spanID: id,
      operationName: name ?? `call ${id}`,
      references: parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID: SKETCH_TRACE_ID, spanID: parent }],
      startTime: 1_700_000_000_000_000 + start,
      duration: durationUs,
      processID: `p${services.indexOf(service)}`,
      tags: [
        ...(kind === undefined ? [] : [{ key: 'span.kind', type: 'string', value: kind }]),
        ...(proxy === true
          ? [
              { key: 'component', type: 'string', value: 'proxy' },
              { key: 'node_id', type: 'string', value: node ?? service },
            ]
          : []),
      ],
    })),
  }
}
