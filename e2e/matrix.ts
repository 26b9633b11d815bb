/** The one place to add a case: what the scenarios are run for. */

/** What the sidecars trace with. */
export const tracers = ['opentelemetry', 'zipkin', 'zipkin-w3c', 'datadog', 'none'] as const

/** How the services make their spans (`TRACE_INSTRUMENTATION`). */
export const instrumentations = ['diagnostics', 'stock'] as const

/** How the services send their spans (`OTEL_TRACES_EXPORTER`), to the embedded trace store. */
export const exporters = ['otlp', 'zipkin'] as const
