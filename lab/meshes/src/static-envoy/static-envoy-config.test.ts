import { describe, expect, it } from 'vitest'
import { tracers } from '../mesh.ts'
import { serviceNames, type SidecarName } from '../service-name.ts'
import { createStaticEnvoyConfig, type StaticEnvoySettings } from './static-envoy-config.ts'

const settings: StaticEnvoySettings = {
  configDir: { counting: '/run/counting-sidecar', dashboard: '/run/dashboard-sidecar' },
  certsDir: '/run/certs',
  admin: { counting: '127.0.0.1:19001', dashboard: '127.0.0.1:19002' },
  countingApp: '127.0.0.1:9001',
  countingInbound: '127.0.0.1:21001',
  dashboardOutbound: '127.0.0.1:9101',
  otlpUrl: 'http://127.0.0.1:4318/v1/traces',
  zipkinUrl: 'http://127.0.0.1:9411/api/v2/spans',
  datadogUrl: 'http://127.0.0.1:8126',
  sampling: 100,
}
const config = createStaticEnvoyConfig(settings)
const all = serviceNames.flatMap((sidecar) => tracers.map((tracer) => ({ sidecar, tracer })))
const text = (value: unknown): string => JSON.stringify(value)

async function connectionManager(sidecar: SidecarName, tracer: (typeof tracers)[number]) {
  const listeners = await config.listeners(sidecar, { tracer, version: '1' })
  return JSON.parse(text(listeners)).resources[0].filter_chains[0].filters[0].typed_config
}

describe('static Envoy configuration', () => {
  it.each(all)(
    'leaves no placeholder in the listeners of $sidecar under tracer $tracer',
    async ({ sidecar, tracer }) => {
      expect(text(await config.listeners(sidecar, { tracer, version: '1' }))).not.toContain('${')
    },
  )

  it.each(serviceNames)('leaves no placeholder in the bootstrap and clusters of %s', async (sidecar) => {
    expect(text([await config.bootstrap(sidecar), await config.clusters(sidecar, '1')])).not.toContain('${')
  })

  it.each(serviceNames)('names the sidecar of %s the same under every tracer', async (sidecar) => {
    for (const tracer of ['opentelemetry', 'datadog'] as const) {
      const { tracing } = await connectionManager(sidecar, tracer)
      expect(tracing.provider.typed_config.service_name).toBe(`${sidecar}-sidecar`)
    }
    // Zipkin's tracer has no setting for it and takes the cluster of the node.
    expect(await config.bootstrap(sidecar)).toMatchObject({ node: { cluster: `${sidecar}-sidecar` } })
  })

  it.each(serviceNames)('gives each sidecar of %s a span id of its own under zipkin', async (sidecar) => {
    for (const tracer of ['zipkin', 'zipkin-w3c'] as const) {
      const { tracing } = await connectionManager(sidecar, tracer)
      expect(tracing.provider.typed_config).toMatchObject({ shared_span_context: false, trace_id_128bit: true })
    }
  })

  it('limits the admin interface to reading where the Envoy supports that', async () => {
    const older = createStaticEnvoyConfig({ ...settings, limitAdmin: false })
    expect(await config.bootstrap('counting')).toMatchObject({
      admin: { allow_paths: [{ exact: '/ready' }, {}, {}, {}, {}, {}, {}] },
    })
    expect(await older.bootstrap('counting')).not.toHaveProperty('admin.allow_paths')
  })

  it('differs between zipkin and zipkin-w3c in one line', async () => {
    const { tracing } = await connectionManager('counting', 'zipkin')
    tracing.provider.typed_config.trace_context_option = 'USE_B3_WITH_W3C_PROPAGATION'
    expect((await connectionManager('counting', 'zipkin-w3c')).tracing).toEqual(tracing)
  })

  it('has no destination for Datadog’s spans when the trace backend accepts none', async () => {
    const { datadogUrl: _, ...others } = settings
    const without = createStaticEnvoyConfig(others)
    expect(text(await config.bootstrap('counting'))).toContain('"port_value":8126')
    expect(text(await without.bootstrap('counting'))).toContain(
      '"load_assignment":{"cluster_name":"trace-backend-datadog"}',
    )
  })

  it.each(serviceNames)('leaves the headers of %s unchanged under tracer none', async (sidecar) => {
    expect(await connectionManager(sidecar, 'none')).not.toHaveProperty('tracing')
  })

  it.each(serviceNames)('keeps a second copy of the sidecar of %s from sharing its port', async (sidecar) => {
    const listeners = await config.listeners(sidecar, { tracer: 'none', version: '1' })
    expect(listeners).toMatchObject({ resources: [{ enable_reuse_port: false }] })
  })

  it('speaks only TLS 1.3 on both sides, and verifies its peer', async () => {
    const both = text([
      await config.listeners('counting', { tracer: 'none', version: '1' }),
      await config.clusters('dashboard', '1'),
    ])
    expect(
      both.match(/"tls_minimum_protocol_version":"TLSv1_3","tls_maximum_protocol_version":"TLSv1_3"/g),
    ).toHaveLength(2)
    expect(both).toContain('"matcher":{"exact":"spiffe://throughline.local/ns/default/sa/counting"}')
    expect(both).toContain('"require_client_certificate":true')
  })

  it('reaches an app on a unix socket', async () => {
    const overSocket = createStaticEnvoyConfig({ ...settings, countingApp: 'unix:/run/counting.sock' })
    expect(text(await overSocket.clusters('counting', '1'))).toContain('{"pipe":{"path":"/run/counting.sock"}}')
  })

  it('reaches counting’s sidecar at a configured address other than its listening one', async () => {
    const apart = createStaticEnvoyConfig({
      ...settings,
      countingInbound: '0.0.0.0:21001',
      countingSidecar: 'counting-sidecar:21001',
    })
    expect(text(await apart.clusters('dashboard', '1'))).toContain('"address":"counting-sidecar"')
    expect(text(await apart.listeners('counting', { tracer: 'none', version: '1' }))).toContain('"address":"0.0.0.0"')
  })

  it('passes the sampling percentage on', async () => {
    const some = createStaticEnvoyConfig({ ...settings, sampling: 10 })
    const listeners = await some.listeners('counting', { tracer: 'opentelemetry', version: '1' })
    expect(text(listeners)).toContain('"random_sampling":{"value":10}')
  })

  it('admits only the dashboard when allowed, and no caller when denied', async () => {
    expect(text(await config.routes({ access: 'allowed', version: '1' }))).toContain('ns/default/sa/dashboard')
    expect(text(await config.routes({ access: 'denied', version: '2' }))).toContain('"policies":{}')
  })

  it('states the version of each file', async () => {
    expect(await config.routes({ access: 'allowed', version: '7' })).toMatchObject({ version_info: '7' })
  })

  it.each(['9001', 'localhost', '127.0.0.1:0', '127.0.0.1:70000', 'unix:relative', '[::1'])(
    'refuses the address %s',
    async (countingApp) => {
      const wrong = createStaticEnvoyConfig({ ...settings, countingApp })
      expect(() => wrong.clusters('counting', '1')).toThrow(`"${countingApp}" is neither host:port nor unix:/path`)
    },
  )
})
