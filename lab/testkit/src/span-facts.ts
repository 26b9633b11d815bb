import type { JaegerSpan, JaegerTrace } from '@throughline/trace-store'

const tagOf = (span: JaegerSpan, key: string): unknown => span.tags.find((tag) => tag.key === key)?.value

/** The id of the span's parent, or undefined for a root. A link (`FOLLOWS_FROM`) is not a parent. */
export const parentIdOf = (span: JaegerSpan): string | undefined =>
  span.references.find((reference) => reference.refType === 'CHILD_OF')?.spanID

/** The tag `span.kind`: server, client, …; empty when there is none. */
export function kindOf(span: JaegerSpan): string {
  const kind = tagOf(span, 'span.kind')
  return typeof kind === 'string' ? kind : ''
}

/** Whether this is a sidecar's span, by `component=proxy`: each mesh names its sidecars differently. */
export const isSidecar = (span: JaegerSpan): boolean => tagOf(span, 'component') === 'proxy'

/** The name of the service that made the span; empty when the trace doesn't say. */
export const serviceOf = (trace: JaegerTrace, span: JaegerSpan): string =>
  trace.processes[span.processID]?.serviceName ?? ''

/** A span on one line: service, kind, whether it is a sidecar's, and its id. */
export function describeSpan(trace: JaegerTrace, span: JaegerSpan): string {
  const parts = [serviceOf(trace, span), kindOf(span).toUpperCase(), isSidecar(span) ? '(sidecar)' : '', span.spanID]
  return parts.filter((part) => part !== '').join(' ')
}
