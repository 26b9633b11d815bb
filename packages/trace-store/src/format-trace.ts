import type { JaegerReference, JaegerSpan, JaegerTrace } from './jaeger-trace.ts'
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
  const processIds = new Map<string, string>()
  const processes: JaegerTrace['processes'] = {}
  const formatted: JaegerSpan[] = []
  for (const span of spans) {
    const key = JSON.stringify(span.process)
    let processID = processIds.get(key)
    if (processID === undefined) {
      processID = `p${processIds.size + 1}`
      processIds.set(key, processID)
      processes[processID] = span.process
    }
    formatted.push(formatSpan(span, processID))
  }
  formatted.sort((a, b) => a.startTime - b.startTime)
  return { traceID: traceId, spans: formatted, processes }
}
