import type { Context } from '@opentelemetry/api'

/** The key that every version of `@opentelemetry/core` uses; the API makes keys of equal names equal. */
const SUPPRESSED = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** A context in which no span is made and no header sent. */
export function suppressTracing(context: Context): Context {
  return context.setValue(SUPPRESSED, true)
}

export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESSED) === true
}
