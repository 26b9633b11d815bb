import type { CatalogueEntry } from './header-entry.ts'

const SKYWALKING = {
  format: 'skywalking',
  source: 'https://skywalking.apache.org/docs/main/next/en/api/x-process-propagation-headers-v3/',
} as const
const JAEGER = {
  format: 'jaeger',
  source: 'https://www.jaegertracing.io/docs/1.76/client-libraries/#propagation-format',
} as const
const ISTIO = 'https://istio.io/latest/docs/tasks/observability/distributed-tracing/overview/'

/** Headers that are forwarded unchanged, only where no SDK makes spans: those of tracers that this package doesn't read. */
export const CARRIED_ENTRIES: readonly CatalogueEntry[] = [
  {
    format: 'datadog',
    name: 'x-datadog-*',
    writtenBy: ['application', 'envoy:datadog'],
    rule: 'carry',
    reason: 'beats a traceparent at the next datadog sidecar, so it is forwarded only if it names the chosen context',
    source: 'https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/',
  },
  {
    format: 'aws',
    name: 'x-amzn-trace-id',
    writtenBy: ['load balancer', 'envoy:xray'],
    rule: 'carry',
    reason: 'xray sidecars name their own span in it and rely on the application to forward it',
    source: 'https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader',
  },
  {
    ...SKYWALKING,
    name: 'sw8',
    writtenBy: ['application', 'envoy:skywalking'],
    rule: 'carry',
    reason: 'skywalking sidecars name their own span in it and rely on the application to forward it',
  },
  {
    ...SKYWALKING,
    name: 'sw8-correlation',
    writtenBy: ['application'],
    rule: 'carry',
    reason: "SkyWalking's baggage; no sidecar touches it",
    source: 'https://skywalking.apache.org/docs/main/next/en/api/x-process-correlation-headers-v1/',
  },
  {
    ...SKYWALKING,
    name: 'sw8-x',
    writtenBy: ['application'],
    rule: 'carry',
    reason: 'says how SkyWalking agents treat the trace; belongs to sw8',
  },
  {
    format: 'lightstep',
    name: 'x-ot-span-context',
    writtenBy: ['application'],
    rule: 'carry',
    reason: "Istio's list has it for Lightstep; the Envoys here have no tracer that writes it",
    source: ISTIO,
  },
  {
    format: 'opencensus',
    name: 'x-cloud-trace-context',
    writtenBy: ['application', 'load balancer'],
    rule: 'carry',
    reason: "written by Google's load balancers; the Envoys here have no tracer that writes it",
    source: 'https://cloud.google.com/trace/docs/trace-context',
  },
  {
    format: 'opencensus',
    name: 'grpc-trace-bin',
    writtenBy: ['application'],
    rule: 'carry',
    reason: 'written by gRPC libraries with OpenCensus; no sidecar touches it',
    source: 'https://github.com/census-instrumentation/opencensus-specs/blob/master/encodings/BinaryEncoding.md',
  },
  {
    ...JAEGER,
    name: 'uber-trace-id',
    writtenBy: ['application'],
    rule: 'carry',
    reason: "written by Jaeger's clients and OpenTelemetry's jaeger propagator; no sidecar touches it",
  },
  {
    ...JAEGER,
    name: 'uberctx-*',
    writtenBy: ['application'],
    rule: 'carry',
    reason: "Jaeger's baggage, one header a member; at most 64 are forwarded",
  },
  {
    format: 'elastic',
    name: 'elastic-apm-traceparent',
    writtenBy: ['application'],
    rule: 'carry',
    reason: 'traceparent as Elastic named it first; no sidecar touches it',
    source: 'https://www.elastic.co/guide/en/apm/agent/nodejs/current/distributed-tracing.html',
  },
]
