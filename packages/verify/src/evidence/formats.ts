import type { Analysis, ProbePath } from './analyse.ts'
import type { ProbeContext } from './probe.ts'
import type { SpanNode } from './trace-forest.ts'

type Format = ProbeContext['format']

/** The formats of trace context that one service reads, as far as the probes show. */
export function formatsRead(analysis: Analysis, isService: (node: SpanNode) => boolean): Set<Format> {
  const formats = new Set<Format>()
  for (const path of analysis.paths) {
    for (const node of path.nodes.filter(isService)) {
      const format = joinedBy(node, path) ?? formatOfParent(node)
      if (format !== undefined) formats.add(format)
    }
  }
  return formats
}

/** The formats that the proxies of a path read: those of its tracer, plus those that a probe shows. */
export function formatsOfProxies(analysis: Analysis): Set<Format> {
  const formats = new Set<Format>()
  for (const { span } of analysis.nodes) {
    if (span.tracer === 'opentelemetry' || span.tracer === 'datadog') formats.add('w3c')
    if (span.tracer === 'zipkin') formats.add('b3')
  }
  for (const path of analysis.of('w3c', 'w3c-forced', 'b3')) {
    for (const node of path.entries.filter(({ span }) => span.proxy)) {
      const format = joinedBy(node, path)
      if (format !== undefined) formats.add(format)
    }
  }
  return formats
}

/** The format by which a span joined the probe's own context; only probes of a single format show it. */
function joinedBy({ span }: SpanNode, { probe }: ProbePath): Format | undefined {
  if (probe.contexts.length !== 1) return undefined
  return probe.contexts.find(({ traceId, spanId }) => span.traceId === traceId && span.parentId === spanId)?.format
}

/** An app below an OpenTelemetry proxy has read `traceparent`; below a Zipkin one it may be either. */
function formatOfParent({ parent }: SpanNode): Format | undefined {
  return parent?.span.tracer === 'opentelemetry' ? 'w3c' : undefined
}
