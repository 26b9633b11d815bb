import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { explainMissing } from '../load-optional.ts'
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

/** The setting that asks for an exporter, and the optional packages that it needs. */
const NEEDS: Readonly<Record<ExporterName, { reason: string; packages: readonly string[] }>> = {
  jaeger: { reason: 'OTEL_TRACES_EXPORTER=jaeger', packages: ['@opentelemetry/exporter-jaeger'] },
  zipkin: { reason: 'OTEL_TRACES_EXPORTER=zipkin', packages: ['@opentelemetry/exporter-zipkin'] },
  console: { reason: 'OTEL_TRACES_EXPORTER=console', packages: [] },
  otlp: {
    reason: 'OTEL_EXPORTER_OTLP_PROTOCOL=http/json',
    packages: ['@opentelemetry/otlp-exporter-base', '@opentelemetry/otlp-transformer'],
  },
}

/** Loads only one exporter's package, so that the others cost no start-up time. `otlp` is OTLP in JSON here. */
export async function loadExporter(name: ExporterName, otlpTimeoutMillis: number): Promise<ExporterFactory> {
  try {
    switch (name) {
      case 'jaeger': {
        const { JaegerExporter } = await import('@opentelemetry/exporter-jaeger')
        return () => ({ exporter: new JaegerExporter() })
      }
      case 'zipkin': {
        const { ZipkinExporter } = await import('@opentelemetry/exporter-zipkin')
        return () => ({ exporter: new ZipkinExporter() })
      }
      case 'console': {
        const { ConsoleSpanExporter } = await import('@opentelemetry/sdk-trace')
        return () => ({ exporter: new ConsoleSpanExporter() })
      }
      default: {
        const base = await import('@opentelemetry/otlp-exporter-base')
        const http = await import('@opentelemetry/otlp-exporter-base/node-http')
        const transformer = await import('@opentelemetry/otlp-transformer')
        const { createOtlpJsonExporter } = await import('./otlp-json-exporter.ts')
        return () => createOtlpJsonExporter({ ...base, ...http, ...transformer }, otlpTimeoutMillis)
      }
    }
  } catch (error) {
    const { reason, packages } = NEEDS[name]
    throw explainMissing(error, reason, packages)
  }
}
