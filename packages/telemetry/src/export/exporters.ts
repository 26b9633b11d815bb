import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { ExporterName, OtlpProtocol } from '../config.ts'

/** Makes an exporter. Its constructor reads the standard variables (endpoint, headers, timeout, …) from `process.env`. */
export type ExporterFactory = () => SpanExporter

/** Loads one exporter's package, and only that: the others cost no start-up time. */
export async function loadExporter(name: ExporterName, otlpProtocol: OtlpProtocol): Promise<ExporterFactory> {
  switch (name) {
    case 'jaeger': {
      const { JaegerExporter } = await import('@opentelemetry/exporter-jaeger')
      return () => new JaegerExporter()
    }
    case 'zipkin': {
      const { ZipkinExporter } = await import('@opentelemetry/exporter-zipkin')
      return () => new ZipkinExporter()
    }
    case 'console': {
      const { ConsoleSpanExporter } = await import('@opentelemetry/sdk-trace')
      return () => new ConsoleSpanExporter()
    }
    default:
      return loadOtlp(otlpProtocol)
  }
}

async function loadOtlp(protocol: OtlpProtocol): Promise<ExporterFactory> {
  if (protocol === 'http/json') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
    return () => new OTLPTraceExporter()
  }
  const { createOtlpExporter } = await import('./otlp-exporter.ts')
  return createOtlpExporter
}
