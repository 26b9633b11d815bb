/** How the sidecars of a fixture trace. */
export interface Tracing {
  tracer: 'opentelemetry' | 'zipkin' | 'zipkin-w3c' | 'none'
  /** Its spans go to a cluster that the sidecar does not have, so that it refuses the listener; default false. */
  unknownCollector?: boolean
  /** Percentage of undecided requests that are sampled, default 100. */
  sampling?: number
  /** Both halves of a call report one span id, Envoy's default for zipkin; default false. */
  sharedSpanContext?: boolean
}

/** Where a sidecar sends its spans: `host:port` of an OTLP/HTTP and of a Zipkin receiver. */
export interface Collectors {
  otlp: string
  zipkin: string
}

export interface Listener {
  name: string
  port: number
  /** Absent: a gateway's. */
  direction?: 'INBOUND' | 'OUTBOUND'
  /** `host:port` of its upstream. */
  to: string
  tracing: Tracing
  /** Answers 403 to every request, as an access rule of a mesh does; default false. */
  denied?: boolean
}

export interface SidecarConfig {
  name: string
  adminPort: number
  listeners: Listener[]
  /** File that it reads its listeners from, as from a control plane; default: they are in the bootstrap. */
  listenersFile?: string | undefined
  collectors: Collectors
  /** Runtime keys that reproduce older versions of Envoy. */
  runtime?: Record<string, unknown>
}

const type = (name: string) => `type.googleapis.com/envoy.${name}`

/** A bootstrap for one sidecar, as JSON: static listeners, no mutual TLS, spans flushed within 200 ms. */
export function envoyConfig(config: SidecarConfig): object {
  const { name, adminPort, listeners, listenersFile, collectors, runtime = {} } = config
  return {
    node: { id: `${name}-node`, cluster: name },
    admin: { address: socketAddress(`127.0.0.1:${adminPort}`) },
    ...(listenersFile !== undefined && {
      dynamic_resources: { lds_config: { path_config_source: { path: listenersFile } } },
    }),
    static_resources: {
      listeners: listenersFile === undefined ? listeners.map((listener) => listenerConfig(name, listener)) : [],
      clusters: [
        ...listeners.map((listener) => cluster(listener.name, listener.to)),
        cluster('collector-otlp', collectors.otlp),
        cluster('collector-zipkin', collectors.zipkin),
      ],
    },
    layered_runtime: {
      layers: [
        {
          name: 'fixture',
          static_layer: {
            'tracing.opentelemetry.flush_interval_ms': 200,
            'tracing.zipkin.flush_interval_ms': 200,
            'tracing.zipkin.min_flush_spans': 1,
            ...runtime,
          },
        },
      ],
    },
  }
}

/** The content of a `listenersFile`. */
export function listenersUpdate(sidecar: string, listeners: readonly Listener[]): object {
  const resources = listeners.map((listener) => ({
    '@type': type('config.listener.v3.Listener'),
    ...listenerConfig(sidecar, listener),
  }))
  return { resources }
}

function listenerConfig(sidecar: string, { name, port, direction, tracing, denied = false }: Listener): object {
  return {
    name,
    address: socketAddress(`127.0.0.1:${port}`),
    ...(direction !== undefined && { traffic_direction: direction }),
    enable_reuse_port: false,
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': type('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
              stat_prefix: name,
              route_config: {
                name,
                virtual_hosts: [
                  { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: name } }] },
                ],
              },
              http_filters: [
                ...(denied
                  ? [
                      {
                        name: 'rbac',
                        typed_config: { '@type': type('extensions.filters.http.rbac.v3.RBAC'), rules: {} },
                      },
                    ]
                  : []),
                { name: 'router', typed_config: { '@type': type('extensions.filters.http.router.v3.Router') } },
              ],
              ...(tracing.tracer !== 'none' && { tracing: tracingConfig(sidecar, tracing) }),
            },
          },
        ],
      },
    ],
  }
}

function tracingConfig(sidecar: string, { tracer, unknownCollector = false, ...tracing }: Tracing): object {
  const { sampling = 100, sharedSpanContext = false } = tracing
  const clusterOf = (protocol: 'otlp' | 'zipkin'): string => `collector-${unknownCollector ? 'unknown' : protocol}`
  if (tracer === 'opentelemetry') {
    return {
      random_sampling: { value: sampling },
      provider: {
        name: 'envoy.tracers.opentelemetry',
        typed_config: {
          '@type': type('config.trace.v3.OpenTelemetryConfig'),
          service_name: sidecar,
          http_service: {
            http_uri: { uri: 'http://collector/v1/traces', cluster: clusterOf('otlp'), timeout: '1s' },
          },
        },
      },
    }
  }
  return {
    random_sampling: { value: sampling },
    provider: {
      name: 'envoy.tracers.zipkin',
      typed_config: {
        '@type': type('config.trace.v3.ZipkinConfig'),
        collector_cluster: clusterOf('zipkin'),
        collector_endpoint: '/api/v2/spans',
        collector_endpoint_version: 'HTTP_JSON',
        shared_span_context: sharedSpanContext,
        trace_id_128bit: true,
        ...(tracer === 'zipkin-w3c' && { trace_context_option: 'USE_B3_WITH_W3C_PROPAGATION' }),
      },
    },
  }
}

function cluster(name: string, to: string): object {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(to) } }] }],
    },
  }
}

function socketAddress(at: string): object {
  const [address, port] = at.split(':')
  return { socket_address: { address, port_value: Number(port) } }
}
