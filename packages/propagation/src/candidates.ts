import type { TraceContext } from './formats/trace-context.ts'

/**
 * What a deployment may say of its own sidecar's tracer, which is always the last writer: `w3c` for opentelemetry and
 * datadog, `b3` for zipkin. `auto` goes by the headers alone; `docs/reference/headers.md` lists where they can't tell.
 */
export type Hint = 'auto' | 'w3c' | 'b3'

/** The contexts one request came with; what could not be parsed is left out. */
export interface Candidates {
  readonly w3c?: TraceContext | undefined
  readonly b3multi?: TraceContext | undefined
  readonly b3single?: TraceContext | undefined
  /**
   * The list that came with `w3c`, as `parseTracestate` returns it. `''` if the header came and was empty: Envoy's
   * opentelemetry tracer sends it so where there was none, and no SDK does.
   */
  readonly tracestate?: string | undefined
  /** Reads the span that `x-datadog-parent-id` names, 16 hex digits; called only where `tracestate` is Datadog's. */
  readonly datadogSpanId?: (() => string | undefined) | undefined
}

/** Why the chosen context was chosen, in the order in which the rules are asked. */
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
