import { startServer } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { readEnvoy } from './read-envoy.ts'

const HTTP_MANAGER =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const zipkin = (cluster: string) => ({
  name: 'envoy.tracers.zipkin',
  typed_config: { '@type': 'type.googleapis.com/envoy.config.trace.v3.ZipkinConfig', collector_cluster: cluster },
})

/** An admin interface with one listener for each of these settings of tracing, and perhaps a tracer in the bootstrap. */
function admin(tracing: (object | undefined)[], bootstrap?: object | 'refused') {
  const listeners = tracing.map((settings, index) => ({
    name: `listener-${index}`,
    active_state: {
      listener: {
        traffic_direction: 'INBOUND',
        filter_chains: [{ filters: [{ typed_config: { '@type': HTTP_MANAGER, tracing: settings } }] }],
      },
    },
  }))
  const answers: Record<string, unknown> = {
    '/server_info': { version: 'hash/1.38.2/Clean/RELEASE/BoringSSL', node: { id: 'cart' } },
    '/config_dump?resource=dynamic_listeners': { configs: listeners },
    '/config_dump?resource=static_listeners': { configs: [] },
    '/config_dump?mask=bootstrap.tracing': { configs: [{ bootstrap: { tracing: { http: bootstrap } } }] },
    '/clusters?format=json': {
      cluster_statuses: ['own', 'shared'].map((name) => ({ name, host_statuses: [{ stats: [] }] })),
    },
  }
  return startServer((request, response) => {
    const isRefused = bootstrap === 'refused' && request.url?.includes('mask=')
    response.writeHead(isRefused ? 400 : 200).end(JSON.stringify(answers[request.url ?? ''] ?? {}))
  })
}

describe('the tracer of a listener', () => {
  it('is its own, else that of the bootstrap where it traces at all', async () => {
    await using envoy = await admin([{ provider: zipkin('own') }, { random_sampling: {} }, undefined], zipkin('shared'))
    const { listeners, collectors } = await readEnvoy(envoy.url)
    expect(listeners.map(({ http: chains }) => chains)).toEqual([
      [{ tracer: 'envoy.tracers.zipkin', randomSampling: null }],
      [{ tracer: 'envoy.tracers.zipkin', randomSampling: 0 }],
      [{ tracer: null, randomSampling: null }],
    ])
    expect(collectors.map(({ cluster }) => cluster)).toEqual(['own', 'shared'])
  })

  it.each([undefined, 'refused'] as const)('is none where the bootstrap has none: %s', async (bootstrap) => {
    await using envoy = await admin([{ random_sampling: { value: 100 } }], bootstrap)
    const { listeners, collectors } = await readEnvoy(envoy.url)
    expect(listeners[0]?.http).toEqual([{ tracer: null, randomSampling: 100 }])
    expect(collectors).toEqual([])
  })
})
