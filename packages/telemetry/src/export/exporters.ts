import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { loadOptional } from '../load-optional.ts'
import type { ExporterName } from '../exporter-names.ts'

export interface LoadedExporter {
  exporter: SpanExporter
  /** Spans that the backend rejected since the last call. */
  takeRejected?: () => number
}

/**
 * Makes an exporter. Its constructor reads the standard variables (endpoint, headers, timeout, …) from
 * `process.env`.
 */
export type ExporterFactory = () => LoadedExporter

const OTLP_JSON = ['@opentelemetry/otlp-exporter-base', '@opentelemetry/otlp-transformer']

/** Loads only one exporter's package, so that the others cost no start-up time. `otlp` is OTLP in JSON here. */
export async function loadExporter(name: ExporterName, otlpTimeoutMillis: number): Promise<ExporterFactory> {
  switch (name) {
    case 'jaeger': {
      const { JaegerExporter } = await loadOptional(
        'OTEL_TRACES_EXPORTER=jaeger',
        ['@opentelemetry/exporter-jaeger'],
        () => import('@opentelemetry/exporter-jaeger'),
      )
      return () => ({ exporter: new JaegerExporter() })
    }
    case 'zipkin': {
      const { ZipkinExporter } = await loadOptional(
        'OTEL_TRACES_EXPORTER=zipkin',
        ['@opentelemetry/exporter-zipkin'],
        () => import('@opentelemetry/exporter-zipkin'),
      )
      return () => ({ exporter: new ZipkinExporter() })
    }
    case 'console': {
      const { ConsoleSpanExporter } = await import('@opentelemetry/sdk-trace')
      return () => ({ exporter: new ConsoleSpanExporter() })
    }
    default: {
      const { createOtlpJsonExporter } = await loadOptional(
        'OTEL_EXPORTER_OTLP_PROTOCOL=http/json',
        OTLP_JSON,
        () => import('./otlp-json-exporter.ts'),
      )
      return () => createOtlpJsonExporter(otlpTimeoutMillis)
    }
  }
}
