import { currentForwardHeaders } from '../forward.ts'

/** Options of every adapter for outgoing calls. */
export interface OutgoingOptions {
  /** Which calls get the headers, by their URL as far as it is known. Default: all. */
  readonly shouldForward?: ((url: string) => boolean) | undefined
}

/**
 * The headers an adapter has to set on a call, with one writer for each: what the propagator of an OpenTelemetry SDK in
 * this process writes is left to it, and the trace context as a whole once it writes any part of one. Some of its
 * instrumentations append, and receivers refuse a doubled header.
 *
 * @param url asked for only if it matters.
 */
export function headersToSet(url: () => string, { shouldForward }: OutgoingOptions): [name: string, value: string][] {
  const headers = Object.entries(currentForwardHeaders())
  if (headers.length === 0 || (shouldForward !== undefined && !shouldForward(url()))) return []
  const written = fieldsOfSdk()
  if (written.length === 0) return headers
  const hasContext = written.some((name) => isContextHeader(name))
  return headers.filter(([name]) => !written.includes(name) && !(hasContext && isContextHeader(name)))
}

function isContextHeader(name: string): boolean {
  return name === 'traceparent' || name === 'tracestate' || name === 'b3' || /^(x-b3|x-datadog)-/.test(name)
}

/** OpenTelemetry's API keeps what was registered on the global object, for all its 1.x versions. */
function fieldsOfSdk(): readonly string[] {
  const api = (globalThis as { [OTEL_API]?: { propagation?: { fields?: () => string[] } } })[OTEL_API]
  return api?.propagation?.fields?.() ?? []
}

const OTEL_API = Symbol.for('opentelemetry.js.api.1')
