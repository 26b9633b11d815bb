import { context, type Span, SpanKind, trace } from '@opentelemetry/api'
import { injectedSpanId, READ_ONLY_NAMES } from '@throughline/propagation'

/** Reads a header of a call by its lower-case name. */
export type GetHeader = (name: string) => HeaderValue

type HeaderValue = string | number | readonly string[] | undefined

/**
 * Whether another instrumentation, or the program itself, has made the span of a call: its headers were injected just
 * now, and are not those of the span that the call is made in.
 */
export function isInjected(get: GetHeader): boolean {
  const id = injectedSpanId()
  if (id === undefined || spanIdOf(get) !== id) return false
  const active: (Span & { kind?: SpanKind }) | undefined = trace.getSpan(context.active())
  return active === undefined || active.spanContext().spanId !== id || active.kind === SpanKind.CLIENT
}

/**
 * The same for headers that any propagator has injected, where another instrumentation makes the spans of all calls:
 * whether they are of a span below the active one.
 */
export function isOfOtherSpan(get: GetHeader): boolean {
  const active: (Span & { parentSpanContext?: { spanId: string } }) | undefined = trace.getSpan(context.active())
  const header = ['traceparent', 'x-b3-spanid', 'b3'].map(get).find((value) => value !== undefined)
  if (active === undefined || header === undefined) return false
  const { traceId, spanId } = active.spanContext()
  // The ids of active span and caller come from a program that sets headers by hand.
  const known = [spanId, active.parentSpanContext?.spanId]
  const hasTrace = `${String(header)} ${String(get('x-b3-traceid'))}`.includes(traceId)
  return hasTrace && !known.some((id) => id !== undefined && String(header).includes(id))
}

/** The names of headers that a context which our propagator injected does not replace, and that hold another. */
export function staleIn(get: GetHeader): readonly string[] {
  return get('traceparent') === undefined || get('x-b3-traceid') === undefined ? [] : READ_ONLY_NAMES
}

function spanIdOf(get: GetHeader): string | undefined {
  const [, , ofW3c] = String(get('traceparent') ?? '').split('-')
  if (ofW3c !== undefined) return ofW3c
  const ofB3 = get('x-b3-spanid')
  return typeof ofB3 === 'string' ? ofB3 : undefined
}
