import type { TraceContext } from './formats/trace-context.ts'

/**
 * What a deployment declares about its own sidecar's tracer, which is always the last writer: `w3c` for opentelemetry
 * and datadog, `b3` for zipkin. `auto` uses the headers alone; `docs/reference/headers.md` lists the ambiguous cases.
 */
export type Hint = 'auto' | 'w3c' | 'b3'

/** The contexts of one request; unparsable ones are left out. */
export interface Candidates {
  readonly w3c?: TraceContext | undefined
  readonly b3multi?: TraceContext | undefined
  readonly b3single?: TraceContext | undefined
  /**
   * The list that came with `w3c`, as `parseTracestate` returns it. `''` if the header was present but empty: Envoy's
   * opentelemetry tracer sends that if there was none, and no SDK does.
   */
  readonly tracestate?: string | undefined
  /** Reads the span that `x-datadog-parent-id` names, 16 hex digits; called only where `tracestate` is Datadog's. */
  readonly datadogSpanId?: (() => string | undefined) | undefined
}

/** Why a context was chosen, in the order of the rules. */
export type SelectReason =
  | 'only'
  | 'untouched'
  | 'rewritten'
  | 'agree'
  | 'hint'
  | 'opentelemetry'
  | 'datadog'
  | 'b3-parent'
  | 'w3c-default'
