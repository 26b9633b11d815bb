import { versions } from '@throughline/lab-programs'

/** The cases of the scenarios; the only place to add one. */

/** The sidecars' tracers. */
export const tracers = ['opentelemetry', 'zipkin', 'zipkin-w3c', 'datadog', 'none'] as const

/** How the services make their spans (`TRACE_INSTRUMENTATION`). */
export const instrumentations = ['diagnostics', 'stock'] as const

/** How the services send their spans (`OTEL_TRACES_EXPORTER`), to the embedded trace store. */
export const exporters = ['otlp', 'zipkin'] as const

/** The Envoys whose tracers differ in what they read and write, oldest first. */
export const envoys = versions.envoy.matrix

/** Those, and Istio's own: callers take seconds with each. */
export const callerEnvoys = [...new Set([...envoys, versions.istio.envoy])]

/** How the services propagate the trace: the three ways that are right under every tracer. */
export const carriers = {
  diagnostics: { TRACE_INSTRUMENTATION: 'diagnostics' },
  stock: { TRACE_INSTRUMENTATION: 'stock' },
  'SDK off': { OTEL_SDK_DISABLED: 'true' },
} as const
export type Carrier = keyof typeof carriers

/**
 * The control: OpenTelemetry's own propagators (`OTEL_PROPAGATORS`), each right under some tracers and wrong under
 * others.
 */
export const stockPropagators = [
  'tracecontext',
  'b3',
  'b3multi',
  'tracecontext,b3multi',
  'b3multi,tracecontext',
  'tracecontext,b3',
] as const
