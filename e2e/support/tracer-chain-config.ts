import path from 'node:path'
import type { ServedTraceStore } from '@throughline/trace-store'

interface ChainOptions {
  /** The folder of the listeners' sockets. */
  folder: string
  collector: Pick<ServedTraceStore, 'otlpUrl' | 'zipkinUrl' | 'datadogUrl'>
  calleePort: number
}

const ZIPKIN = { shared_span_context: false, trace_id_128bit: true }
const DUAL = { trace_context_option: 'USE_B3_WITH_W3C_PROPAGATION' }

/**
 * Envoy's zipkin tracer as meshes configure it: by default both sidecars share one span id, and trace ids have 64
 * bits.
 */
const zipkinVariants = {
  zipkin: ZIPKIN,
  'zipkin-shared': { ...ZIPKIN, shared_span_context: true },
  'zipkin-64': { ...ZIPKIN, trace_id_128bit: false },
  'zipkin-w3c': { ...ZIPKIN, ...DUAL },
  'zipkin-w3c-shared': { ...ZIPKIN, ...DUAL, shared_span_context: true },
  'zipkin-w3c-64': { ...ZIPKIN, ...DUAL, trace_id_128bit: false },
} as const

/** Every tracer of the chains. `skywalking` and `xray` have no trace backend here: their headers are enough. */
export const chainTracers = [
  'none',
  ...(Object.keys(zipkinVariants) as (keyof typeof zipkinVariants)[]),
  'opentelemetry',
  'datadog',
  'skywalking',
  'xray',
] as const
export type ChainTracer = (typeof chainTracers)[number]

/**
 * The bootstrap of one Envoy: for each tracer an outbound listener, which routes by the header `inbound`, and an
 * inbound one.
 */
export function chainConfig({ folder, collector, calleePort }: ChainOptions): object {
  const tracers = chainTracers
  return {
    node: { id: 'chains', cluster: 'chains' },
    static_resources: {
      listeners: tracers.flatMap((tracer) => [
        listener(tracer, 'out', folder, [...tracers.map((to) => routeTo(`in-${to}`, to)), routeTo(`in-${tracer}`)]),
        listener(tracer, 'in', folder, [routeTo('callee')]),
      ]),
      clusters: [
        ...tracers.map((tracer) => cluster(`in-${tracer}`, { pipe: { path: path.join(folder, `in-${tracer}`) } })),
        cluster('callee', tcp(calleePort)),
        cluster('otlp', addressOf(collector.otlpUrl)),
        cluster('zipkin', addressOf(collector.zipkinUrl)),
        cluster('datadog', addressOf(collector.datadogUrl)),
        cluster('skywalking', tcp(9), true),
      ],
    },
    layered_runtime: {
      layers: [
        {
          name: 'spans',
          static_layer: {
            'tracing.opentelemetry.flush_interval_ms': 200,
            'tracing.zipkin.flush_interval_ms': 200,
            'tracing.zipkin.min_flush_spans': 1,
          },
        },
      ],
    },
  }
}

function listener(tracer: ChainTracer, side: 'in' | 'out', folder: string, routes: object[]): object {
  return {
    name: `${side}-${tracer}`,
    address: { pipe: { path: path.join(folder, `${side}-${tracer}`) } },
    traffic_direction: side === 'in' ? 'INBOUND' : 'OUTBOUND',
    filter_chains: [
      {
        filters: [
          {
            name: 'http',
            typed_config: {
              '@type': typeOf('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
              stat_prefix: `${side}-${tracer}`,
              route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
              http_filters: [
                { name: 'router', typed_config: { '@type': typeOf('extensions.filters.http.router.v3.Router') } },
              ],
              ...(tracer !== 'none' && { tracing: tracing(tracer, side === 'in' ? 'inbound' : 'outbound') }),
            },
          },
        ],
      },
    ],
  }
}

function tracing(tracer: Exclude<ChainTracer, 'none'>, service: string): object {
  // SkyWalking's tracer writes its header from the span of the upstream call.
  return { provider: provider(tracer, service), ...(tracer === 'skywalking' && { spawn_upstream_span: true }) }
}

function provider(tracer: Exclude<ChainTracer, 'none'>, service: string): object {
  switch (tracer) {
    case 'opentelemetry': {
      const http_uri = { uri: 'http://127.0.0.1/v1/traces', cluster: 'otlp', timeout: '1s' }
      return tracerConfig('opentelemetry', 'OpenTelemetryConfig', { service_name: service, http_service: { http_uri } })
    }
    case 'datadog':
      return tracerConfig('datadog', 'DatadogConfig', {
        collector_cluster: 'datadog',
        collector_hostname: '127.0.0.1',
        service_name: service,
      })
    case 'skywalking':
      return tracerConfig('skywalking', 'SkyWalkingConfig', {
        grpc_service: { envoy_grpc: { cluster_name: 'skywalking' } },
        client_config: { service_name: service, instance_name: service },
      })
    case 'xray':
      return tracerConfig('xray', 'XRayConfig', {
        daemon_endpoint: { address: '127.0.0.1', port_value: 9, protocol: 'UDP' },
        segment_name: service,
      })
    default:
      return tracerConfig('zipkin', 'ZipkinConfig', {
        collector_cluster: 'zipkin',
        collector_hostname: '127.0.0.1',
        collector_endpoint: '/api/v2/spans',
        collector_endpoint_version: 'HTTP_JSON',
        ...zipkinVariants[tracer],
      })
  }
}

function tracerConfig(name: string, message: string, config: object): object {
  return { name: `envoy.tracers.${name}`, typed_config: { '@type': typeOf(`config.trace.v3.${message}`), ...config } }
}

function routeTo(to: string, inbound?: string): object {
  const headers = inbound === undefined ? [] : [{ name: 'inbound', string_match: { exact: inbound } }]
  return { match: { prefix: '/', headers }, route: { cluster: to } }
}

function cluster(name: string, address: object, http2 = false): object {
  const type = typeOf('extensions.upstreams.http.v3.HttpProtocolOptions')
  return {
    name,
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
    },
    ...(http2 && {
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': type,
          explicit_http_config: { http2_protocol_options: {} },
        },
      },
    }),
  }
}

function addressOf(url: string): object {
  return tcp(Number(new URL(url).port))
}

function tcp(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}

function typeOf(message: string): string {
  return `type.googleapis.com/envoy.${message}`
}
