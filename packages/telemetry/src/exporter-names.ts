/** The values of `OTEL_TRACES_EXPORTER` (OpenTelemetry SDK environment variables) that are supported. */
export const EXPORTER_NAMES = ['otlp', 'jaeger', 'zipkin', 'console', 'none'] as const
/** An exporter that needs a package. */
export type ExporterName = Exclude<(typeof EXPORTER_NAMES)[number], 'none'>
