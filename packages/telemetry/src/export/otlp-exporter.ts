import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base'
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http'
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { encodeSpans } from './span-encoder.ts'

/** Component type of OpenTelemetry semantic conventions 1.45, SDK metrics. */
const COMPONENT_TYPE = 'otlp_http_span_exporter'

/**
 * OTLP over HTTP with protobuf: the SDK's exporter in everything (variables, retries, limits), but for the encoder.
 * Reads the standard variables from `process.env` when it is called.
 */
export function createOtlpExporter(): SpanExporter {
  const options = convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' })
  const serializer = { ...ProtobufTraceSerializer, serializeRequest: encodeSpans }
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(options, serializer, COMPONENT_TYPE, TraceExporterMetricsHelper, undefined),
  )
}
