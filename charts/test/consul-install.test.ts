import fs from 'node:fs'
import path from 'node:path'
import { findObject } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { consulChartKeys, unknownKeys } from './support/consul-chart-keys.ts'
import { CHARTS, requireHelm } from './support/helm.ts'
import { names } from './support/kubernetes-object.ts'

const read = (name: string) => parse(fs.readFileSync(path.join(CHARTS, 'consul/install', name), 'utf8')) as unknown

describe('values for the official Consul chart', () => {
  it.each(['laptop.yaml', 'production.yaml'])('%s has only keys of that chart', (name) => {
    expect(unknownKeys(read(name), consulChartKeys)).toEqual([])
  })

  it('are checked: an obsolete or misspelled key is found', () => {
    const values = { connectInject: { centralConfig: { enabled: true } }, server: { replica: 3 }, controller: true }
    expect(unknownKeys(values, consulChartKeys)).toEqual([
      'connectInject.centralConfig.enabled',
      'server.replica',
      'controller',
    ])
  })

  it('configure three production servers with TLS, ACLs, gossip encryption and metrics', () => {
    expect(read('production.yaml')).toMatchObject({
      global: {
        tls: { enabled: true, verify: true },
        acls: { manageSystemACLs: true },
        gossipEncryption: { autoGenerate: true },
        metrics: { enableAgentMetrics: true, agentMetricsRetentionTime: '5m', disableAgentHostName: true },
      },
      server: { replicas: 3 },
      connectInject: { replicas: 2, default: false },
      syncCatalog: { enabled: false },
    })
  })
})

describe('consul/install/mesh', () => {
  interface ProxyDefaults {
    config: Record<string, string>
    accessLogs?: { enabled: boolean }
  }
  const chart = 'consul/install/mesh'

  it('is ProxyDefaults, Mesh and the default deny, without any application', async (context) => {
    const helm = await requireHelm(context)
    expect(names(await helm.objects(chart))).toEqual([
      'Mesh/mesh',
      'ProxyDefaults/global',
      'ServiceIntentions/default-deny',
    ])
  })

  it('puts the tracer into the bootstrap and the sampling into the listener, as JSON strings', async (context) => {
    const helm = await requireHelm(context)
    const { config } = findObject(await helm.objects(chart), 'ProxyDefaults', 'global').spec as ProxyDefaults
    expect(config['protocol']).toBe('http')
    const [cluster, tracer, sampling] = [
      'envoy_extra_static_clusters_json',
      'envoy_tracing_json',
      'envoy_listener_tracing_json',
    ].map((name) => JSON.parse(config[name] ?? '') as unknown)
    expect(cluster).toEqual({
      name: 'trace_collector',
      type: 'STRICT_DNS',
      connect_timeout: '1s',
      load_assignment: {
        cluster_name: 'trace_collector',
        endpoints: [
          {
            lb_endpoints: [
              {
                endpoint: {
                  address: { socket_address: { address: 'jaeger.throughline.svc.cluster.local', port_value: 9411 } },
                },
              },
            ],
          },
        ],
      },
    })
    expect(tracer).toEqual({
      http: {
        name: 'envoy.tracers.zipkin',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.config.trace.v3.ZipkinConfig',
          collector_cluster: 'trace_collector',
          collector_endpoint: '/api/v2/spans',
          collector_endpoint_version: 'HTTP_JSON',
          shared_span_context: false,
          trace_id_128bit: true,
        },
      },
    })
    expect(sampling).toEqual({
      '@type':
        'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing',
      random_sampling: { value: 100 },
    })
  })

  it('accepts a share as a string from --set, and an address of either family', async (context) => {
    const helm = await requireHelm(context)
    const configOf = async (...set: string[]) =>
      (findObject(await helm.objects(chart, { set }), 'ProxyDefaults', 'global').spec as ProxyDefaults).config
    const { envoy_listener_tracing_json: sampling = '' } = await configOf('tracing.samplingPercent=0.5')
    expect(JSON.parse(sampling)).toMatchObject({ random_sampling: { value: 0.5 } })
    for (const [host, address] of [
      ['10.0.0.5', '10.0.0.5'],
      ['[fd00::5]', 'fd00::5'],
    ] as const) {
      const { envoy_extra_static_clusters_json: cluster = '' } = await configOf(`tracing.collector.host=${host}`)
      expect(cluster).toContain(`"socket_address":{"address":"${address}"`)
    }
  })

  it('follows the trace backend of the application when it comes with it', async (context) => {
    const helm = await requireHelm(context)
    const values = { meshDefaults: { create: true }, global: { traceBackend: { host: 'tempo.example.com' } } }
    const defaults = findObject(await helm.objects('consul', { values }), 'ProxyDefaults', 'global')
    expect(JSON.stringify(defaults.spec)).toContain('tempo.example.com')
  })

  it('refuses a host that would break hand-written JSON', async (context) => {
    const helm = await requireHelm(context)
    const values = { tracing: { collector: { host: 'jaeger","port_value":1,"x":"' } } }
    expect(await helm.refusal(chart, { values })).toContain('/tracing/collector/host')
  })

  it('writes traceparent only for sidecars that are new enough to start with it', async (context) => {
    const helm = await requireHelm(context)
    const tracing = (version: string) => ({ values: { tracing: { w3cSinceEnvoy: version } } })
    const { config } = findObject(await helm.objects(chart, tracing('1.38')), 'ProxyDefaults', 'global')
      .spec as ProxyDefaults
    expect(JSON.parse(config['envoy_tracing_json'] ?? '')).toMatchObject({
      http: { typed_config: { trace_context_option: 'USE_B3_WITH_W3C_PROPAGATION' } },
    })
    expect(await helm.refusal(chart, tracing('1.35'))).toContain('tracing.w3cSinceEnvoy is "1.35"')
  })

  it('comes with the application only on request', async (context) => {
    const helm = await requireHelm(context)
    const mesh = ['Mesh/mesh', 'ProxyDefaults/global', 'ServiceIntentions/default-deny']
    const without = names(await helm.objects('consul'))
    expect(without.filter((name) => mesh.includes(name))).toEqual([])
    const beside = names(await helm.objects('consul', { values: { meshDefaults: { create: true } } }))
    expect(beside).toEqual([...without, ...mesh].toSorted())
  })
})
