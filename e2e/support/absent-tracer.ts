/** A tracer that Envoy refuses, with the listener that names it: it reports to a cluster that does not exist. */
export const absentTracer = {
  name: 'envoy.tracers.zipkin',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.config.trace.v3.ZipkinConfig',
    collector_cluster: 'absent',
    collector_endpoint: '/api/v2/spans',
    collector_endpoint_version: 'HTTP_JSON',
  },
}
