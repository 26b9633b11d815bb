import { describe, expect, it } from 'vitest'
import { LabError } from '@throughline/lab-programs'
import { checkConsulEntry } from './check-consul-entry.ts'
import type { ConsulEntry } from './consul-entry.ts'
import { renderIntentions, renderMeshEntry, renderProxyDefaults, renderServiceDefaults } from './consul-entries.ts'
import { placementFromChart } from './from-chart.ts'

const backend = { otlpUrl: 'http://127.0.0.1:4318/v1/traces', zipkinUrl: 'http://127.0.0.1:9411/api/v2/spans' }

const tracing = {
  '@type':
    'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing',
  random_sampling: { value: 100 },
}

const proxyDefaults = (config: Record<string, unknown>): ConsulEntry => ({
  kind: 'proxy-defaults',
  name: 'global',
  config,
})

function messageFor(entry: ConsulEntry): string {
  try {
    checkConsulEntry(entry)
  } catch (error) {
    if (error instanceof LabError) return error.message
    throw error
  }
  throw new Error('the entry was not refused')
}

describe('checkConsulEntry', () => {
  it.each(['opentelemetry', 'zipkin', 'zipkin-w3c', 'none'] as const)(
    'accepts the tracer entries for %s',
    async (tracer) => {
      expect(() => checkConsulEntry({ kind: 'proxy-defaults' })).not.toThrow()
      const entry = await renderProxyDefaults({ tracer, sampling: '10' }, backend)
      expect(() => checkConsulEntry(entry)).not.toThrow()
    },
  )

  it('accepts every other entry of the lab', async () => {
    const entries = await Promise.all([
      renderMeshEntry(),
      renderServiceDefaults('counting', { protocol: 'tcp' }),
      ...(['get-only', 'everything', 'denied'] as const).map((rule) => renderIntentions({ rule })),
    ])
    for (const entry of entries) expect(() => checkConsulEntry(entry)).not.toThrow()
  })

  it.each([
    [
      'a map instead of a string',
      { envoy_listener_tracing_json: tracing },
      'config.envoy_listener_tracing_json: is a map',
    ],
    ['a map of clusters', { envoy_extra_static_clusters_json: {} }, 'must be a string of JSON'],
    ['a string that is not JSON', { envoy_tracing_json: '{http}' }, 'config.envoy_tracing_json: is not JSON'],
    ['a misspelled key', { envoy_tracng_json: '{}' }, 'did you mean "envoy_tracing_json"?'],
    ['a key in another spelling', { envoyTracingJson: '{}' }, 'did you mean "envoy_tracing_json"?'],
    ['an unknown key', { colour: 'red' }, 'config has "colour", which Consul ignores; it knows protocol'],
    ['a tracer without http', { envoy_tracing_json: '{}' }, 'has no "http"'],
    ['a tracer without its type', { envoy_tracing_json: '{"http":{"typed_config":{}}}' }, 'with an "@type"'],
    [
      'a tracer whose cluster does not exist',
      { envoy_tracing_json: '{"http":{"typed_config":{"@type":"x","collector_cluster":"jaeger"}}}' },
      'reports to the cluster "jaeger"',
    ],
    ['a cluster without a name', { envoy_extra_static_clusters_json: '{"name":"a"},{}' }, 'a cluster without a name'],
  ])('refuses %s', (_what, config, message) => {
    expect(messageFor(proxyDefaults(config))).toContain(message)
  })

  it.each([
    ['a missing @type', { random_sampling: { value: 1 } }, 'has no "@type", and is ignored as a whole'],
    ['the type of another message', { '@type': 'x' }, 'has the "@type" "x"'],
    ['an unknown field', { ...tracing, sampling: 1 }, 'has "sampling", and is ignored as a whole'],
    [
      'a fraction',
      { ...tracing, random_sampling: { numerator: 1, denominator: 'HUNDRED' } },
      'a percentage is {"value"',
    ],
    ['more than 100 percent', { ...tracing, random_sampling: { value: 101 } }, 'random_sampling: is {"value":101}'],
    ['a percentage as text', { ...tracing, overall_sampling: { value: '5' } }, 'overall_sampling: is {"value":"5"}'],
  ])('refuses sampling with %s', (_what, value, message) => {
    expect(messageFor(proxyDefaults({ envoy_listener_tracing_json: JSON.stringify(value) }))).toContain(message)
  })

  it('refuses access logs whose format is not JSON', () => {
    const entry = { ...proxyDefaults({}), accessLogs: { enabled: true, jsonFormat: '{time}' } }
    expect(messageFor(entry)).toContain('accessLogs.jsonFormat: is not JSON')
  })
})

describe('the charts', () => {
  it('have the tracer, sampling and rule of mesh/consul, in entries that Consul does not ignore', async () => {
    const { entries } = await placementFromChart()
    for (const entry of entries) expect(() => checkConsulEntry(entry)).not.toThrow()
    const configOf = ({ config }: ConsulEntry, key: string): unknown =>
      JSON.parse((config as Record<string, string>)[key] ?? 'null')
    const chart = entries.find(({ kind }) => kind === 'proxy-defaults') as ConsulEntry
    const ours = await renderProxyDefaults({ tracer: 'zipkin', sampling: '100' }, backend)
    for (const key of ['envoy_tracing_json', 'envoy_listener_tracing_json']) {
      expect(configOf(chart, key)).toEqual(configOf(ours, key))
    }
    const rule = entries.find(({ kind, name }) => kind === 'service-intentions' && name === 'counting')
    const { sources } = (await renderIntentions({ rule: 'get-only' })) as unknown as { sources: unknown[] }
    expect(rule?.['sources']).toEqual(expect.arrayContaining([sources[0]]))
  })
})
