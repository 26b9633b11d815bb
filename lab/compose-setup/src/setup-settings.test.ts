import { describe, expect, it } from 'vitest'
import { createStaticEnvoyConfig, serviceNames } from '@throughline/lab-meshes'
import { composeEnvoySettings, loadSetupSettings } from './setup-settings.ts'

describe('the settings of the set-up service', () => {
  it('have defaults for unset and empty variables', () => {
    expect(loadSetupSettings({ TRACER: '', SAMPLING: '' })).toEqual({
      mesh: 'static-envoy',
      tracer: 'opentelemetry',
      sampling: 100,
      certificateSeconds: 86_400,
      otlpUrl: 'http://jaeger:4318/v1/traces',
      zipkinUrl: 'http://jaeger:9411/api/v2/spans',
      consulUiUrl: 'http://localhost:8500/ui/',
    })
  })

  it.each([
    ['MESH', 'linkerd'],
    ['TRACER', 'datadog'],
    ['TRACER', 'jaeger'],
    ['SAMPLING', '101'],
    ['SAMPLING', 'half'],
    ['CERTIFICATE_SECONDS', '9'],
    ['CERTIFICATE_SECONDS', 'a day'],
    ['OTLP_URL', 'jaeger:4318'],
    ['ZIPKIN_URL', 'https://zipkin/api/v2/spans'],
  ])('refuse %s=%s and name the variable', (name, value) => {
    expect(() => loadSetupSettings({ [name]: value })).toThrow(new RegExp(`^${name} must be .*"${value}"`))
  })
})

describe('the sidecars of compose and of the lab', () => {
  const settings = composeEnvoySettings(loadSetupSettings({}))
  const { page: _page, metrics: _metrics, ...asInTheLab } = settings
  const inCompose = createStaticEnvoyConfig(settings)
  const inTheLab = createStaticEnvoyConfig({
    ...asInTheLab,
    configDir: { counting: '/run/counting-sidecar', dashboard: '/run/dashboard-sidecar' },
    certsDir: '/run/certs',
    admin: { counting: '127.0.0.1:19001', dashboard: '127.0.0.1:19002' },
    countingInbound: '127.0.0.1:21001',
    countingSidecar: '127.0.0.1:21001',
    otlpUrl: 'http://127.0.0.1:4318/v1/traces',
    zipkinUrl: 'http://127.0.0.1:9411/api/v2/spans',
  })

  /** Replaces every value that depends on the placement: folders, hosts of addresses, and the trace backend. */
  const withoutPlacement = (value: unknown): unknown => {
    const text = JSON.stringify(value)
      .replaceAll(/\/run\/certs|\/etc\/throughline\/certs/g, 'CERTS')
      .replaceAll(/\/run\/(counting|dashboard)-sidecar|\/etc\/throughline/g, 'CONFIG')
      .replaceAll(/"address":"(127\.0\.0\.1|0\.0\.0\.0|counting|jaeger)"/g, '"address":"HOST"')
      .replaceAll(/http:\/\/(127\.0\.0\.1|jaeger):/g, 'http://BACKEND:')
      .replaceAll(/"(127\.0\.0\.1|jaeger):(9411|4318)"/g, '"BACKEND:$2"')
    return JSON.parse(text)
  }
  const firstOf = (file: unknown): unknown => (file as { resources: unknown[] }).resources[0]

  it.each(serviceNames)('%s: differ only in placement and in the listeners that compose adds', async (sidecar) => {
    const [ours, lab] = [inCompose, inTheLab]
    expect(withoutPlacement(await ours.bootstrap(sidecar))).toEqual(withoutPlacement(await lab.bootstrap(sidecar)))
    expect(withoutPlacement(firstOf(await ours.clusters(sidecar, '1')))).toEqual(
      withoutPlacement(firstOf(await lab.clusters(sidecar, '1'))),
    )
    for (const tracer of ['opentelemetry', 'zipkin', 'none'] as const) {
      const options = { tracer, version: '1' }
      expect(withoutPlacement(firstOf(await ours.listeners(sidecar, options)))).toEqual(
        withoutPlacement(firstOf(await lab.listeners(sidecar, options))),
      )
    }
    expect(ours.listenerNames(sidecar).slice(0, 1)).toEqual(lab.listenerNames(sidecar))
  })
})
