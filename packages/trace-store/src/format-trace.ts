import type { JaegerProcess, JaegerReference, JaegerSpan, JaegerTrace } from './jaeger-trace.ts'
import type { SpanRecord } from './span-record.ts'

const formatReferences = (span: SpanRecord): JaegerReference[] => [
  ...(span.parentSpanId === undefined
    ? []
    : [{ refType: 'CHILD_OF' as const, traceID: span.traceId, spanID: span.parentSpanId }]),
  ...span.links.map((link) => ({ refType: 'FOLLOWS_FROM' as const, traceID: link.traceId, spanID: link.spanId })),
]

const formatSpan = (span: SpanRecord, processID: string): JaegerSpan => ({
  traceID: span.traceId,
  spanID: span.spanId,
  operationName: span.name,
  references: formatReferences(span),
  startTime: span.startMicros,
  duration: span.durationMicros,
  tags: [{ key: 'span.kind', type: 'string', value: span.kind }, ...span.tags],
  logs: span.logs,
  processID,
  warnings: span.warnings.length > 0 ? span.warnings : null,
})

/** Writes the spans of one trace in the shape of Jaeger's query API, earliest span first. */
export function formatTrace(traceId: string, spans: Iterable<SpanRecord>): JaegerTrace {
  const idsByText = new Map<string, string>()
  // Many spans share one object: it is written out once, not once a span.
  const idsByObject = new Map<JaegerProcess, string>()
  const processes: JaegerTrace['processes'] = {}
  const formatted: JaegerSpan[] = []
  const identify = (process: JaegerProcess): string => {
    const text = JSON.stringify(process)
    const id = idsByText.get(text) ?? `p${idsByText.size + 1}`
    idsByText.set(text, id)
    idsByObject.set(process, id)
    processes[id] ??= process
    return id
  }
  for (const span of spans) {
    const processID = idsByObject.get(span.process) ?? identify(span.process)
    formatted.push(formatSpan(span, processID))
  }
  formatted.sort((a, b) => a.startTime - b.startTime)
  return { traceID: traceId, spans: formatted, processes }
}
