import type { JaegerSpan, JaegerTrace } from '@throughline/trace-store'

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

/** Sidecar names come from another mesh on purpose: nothing may depend on them. */
const processes = {
  dash: { serviceName: 'dashboard', tags: [] },
  count: { serviceName: 'counting', tags: [] },
  dashProxy: { serviceName: 'dashboard', tags: [] },
  countProxy: { serviceName: 'counting.default', tags: [] },
}

export interface SpanSketch {
  id: string
  parent?: string
  process: keyof typeof processes
  kind: string
}

const makeSpan = ({ id, parent, process, kind }: SpanSketch): JaegerSpan => ({
  traceID: TRACE_ID,
  spanID: id,
  operationName: 'GET',
  references: parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID: TRACE_ID, spanID: parent }],
  startTime: 0,
  duration: 1,
  tags: [
    { key: 'span.kind', type: 'string', value: kind },
    ...(process.endsWith('Proxy') ? [{ key: 'component', type: 'string' as const, value: 'proxy' }] : []),
  ],
  logs: [],
  processID: process,
  warnings: null,
})

export const makeTrace = (sketches: readonly SpanSketch[]): JaegerTrace => ({
  traceID: TRACE_ID,
  spans: sketches.map(makeSpan),
  processes,
})

/** The whole path below a sidecar in front of the dashboard: six spans, each the child of the one before it. */
const wholePath: readonly SpanSketch[] = [
  { id: 'in', process: 'dashProxy', kind: 'server' },
  { id: 'server', parent: 'in', process: 'dash', kind: 'server' },
  { id: 'client', parent: 'server', process: 'dash', kind: 'client' },
  { id: 'outbound', parent: 'client', process: 'dashProxy', kind: 'client' },
  { id: 'inbound', parent: 'outbound', process: 'countProxy', kind: 'server' },
  { id: 'count', parent: 'inbound', process: 'count', kind: 'server' },
]

/** The spans with these ids, each made the child of the one before it. */
export const pathOf = (...ids: string[]): SpanSketch[] =>
  wholePath
    .filter((span) => ids.includes(span.id))
    .map(({ id, process, kind }, index, path) => {
      const parent = path[index - 1]?.id
      return parent === undefined ? { id, process, kind } : { id, process, kind, parent }
    })
