import type * as base from '@opentelemetry/otlp-exporter-base'
import type * as http from '@opentelemetry/otlp-exporter-base/node-http'
import type * as transformer from '@opentelemetry/otlp-transformer'
import type { LoadedExporter } from './exporters.ts'

/** What is used of the optional packages, which are loaded where a missing one can be explained. */
type Packages = Pick<typeof base, 'OTLPExporterBase'> &
  Pick<typeof http, 'convertLegacyHttpOptions' | 'createOtlpHttpExportDelegate'> &
  Pick<typeof transformer, 'JsonTraceSerializer' | 'TraceExporterMetricsHelper'>

/** Component type of OpenTelemetry semantic conventions 1.45, SDK metrics. */
const COMPONENT_TYPE = 'otlp_http_json_span_exporter'

/**
 * The SDK's OTLP over HTTP with JSON, which also says how many spans of a request the collector has rejected. Reads the
 * standard variables from `process.env` when it is called, but for the timeout, of which it takes no 0.
 */
export function createOtlpJsonExporter(packages: Packages, timeoutMillis: number): LoadedExporter {
  const { JsonTraceSerializer, OTLPExporterBase, TraceExporterMetricsHelper } = packages
  const { convertLegacyHttpOptions, createOtlpHttpExportDelegate } = packages
  let rejected = 0
  const options = convertLegacyHttpOptions({ timeoutMillis }, 'TRACES', 'v1/traces', {
    'Content-Type': 'application/json',
  })
  const serializer: Packages['JsonTraceSerializer'] = {
    ...JsonTraceSerializer,
    deserializeResponse(data) {
      const response = JsonTraceSerializer.deserializeResponse(data)
      // In JSON a 64-bit number is a string (protobuf, "ProtoJSON Format").
      const { rejectedSpans }: { rejectedSpans?: unknown } = response.partialSuccess ?? {}
      const count = Number(rejectedSpans ?? 0)
      if (Number.isSafeInteger(count) && count > 0) rejected += count
      return response
    },
  }
  return {
    exporter: new OTLPExporterBase(
      createOtlpHttpExportDelegate(options, serializer, COMPONENT_TYPE, TraceExporterMetricsHelper, undefined),
    ),
    takeRejected() {
      const count = rejected
      rejected = 0
      return count
    },
  }
}
