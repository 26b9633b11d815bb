import { findObject } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { requireHelm } from './support/helm.ts'
import { environmentOf, names, podOf } from './support/kubernetes-object.ts'

const dashboard = { files: ['service/ci/dashboard-values.yaml'] }

describe('charts/service, installed alone', () => {
  it('is one Deployment with a Service, an identity, a disruption budget and a network policy of the same name', async (context) => {
    const helm = await requireHelm(context)
    expect(names(await helm.objects('service', { release: 'counting' }))).toEqual([
      'Deployment/counting',
      'NetworkPolicy/counting',
      'Pod/counting-health',
      'PodDisruptionBudget/counting',
      'Service/counting',
      'ServiceAccount/counting',
    ])
  })

  it('knows no mesh: nothing in it names one', async (context) => {
    const helm = await requireHelm(context)
    expect(await helm.text('service', dashboard)).not.toMatch(/consul|istio|envoy/i)
  })

  it('listens on all addresses and calls counting by its Service, for there is no sidecar', async (context) => {
    const helm = await requireHelm(context)
    expect(environmentOf(podOf(await helm.objects('service', dashboard), 'dashboard'))).toMatchObject({
      HOST: '0.0.0.0',
      PORT: '9002',
      COUNTING_SERVICE_URL: 'http://counting:9001',
      OTEL_SERVICE_NAME: 'dashboard',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://jaeger:4318',
      TRACE_QUERY_URL: 'http://jaeger:16686',
    })
  })

  it('exports no spans when it knows no backend, instead of failing to reach one', async (context) => {
    const helm = await requireHelm(context)
    const environment = environmentOf(podOf(await helm.objects('service', { release: 'counting' }), 'counting'))
    expect(environment['OTEL_TRACES_EXPORTER']).toBe('none')
    expect(Object.keys(environment).filter((name) => /ENDPOINT|URL/.test(name))).toEqual([])
  })

  it.for([
    ['zipkin', 'OTEL_EXPORTER_ZIPKIN_ENDPOINT', 'http://jaeger:9411/api/v2/spans'],
    ['jaeger', 'OTEL_EXPORTER_JAEGER_ENDPOINT', 'http://jaeger:14268/api/traces'],
  ] as const)(
    'sends with the %s exporter to its own port of the same backend',
    async ([exporter, name, url], context) => {
      const helm = await requireHelm(context)
      const objects = await helm.objects('service', { ...dashboard, values: { telemetry: { exporter } } })
      expect(environmentOf(podOf(objects, 'dashboard'))).toMatchObject({ OTEL_TRACES_EXPORTER: exporter, [name]: url })
    },
  )

  it('drains: it goes on serving for four seconds, and is killed only after every bound has passed', async (context) => {
    const helm = await requireHelm(context)
    const { spec } = podOf(await helm.objects('service', dashboard), 'dashboard')
    expect(spec.containers[0]['lifecycle']).toEqual({ preStop: { sleep: { seconds: 4 } } })
    expect(spec['terminationGracePeriodSeconds']).toBe(30)
    const refusal = await helm.refusal('service', { release: 'counting', values: { drain: { graceSeconds: 18 } } })
    expect(refusal).toContain('service.drain.graceSeconds is 18, but')
    expect(refusal).toContain('make 19')
  })

  it('is probed from inside the container, so that bind address and mutual TLS do not matter', async (context) => {
    const helm = await requireHelm(context)
    const [container] = podOf(await helm.objects('service', dashboard), 'dashboard').spec.containers
    expect(container['livenessProbe']).toMatchObject({ exec: { command: ['node', 'healthcheck.js'] } })
    expect(container['startupProbe']).toMatchObject({ exec: { command: ['node', 'healthcheck.js'] } })
    expect(container['readinessProbe']).toMatchObject({ exec: { command: ['node', 'healthcheck.js', 'ready'] } })
  })

  it('opens its port and, to the scraper only, the ports of metrics', async (context) => {
    const helm = await requireHelm(context)
    const values = { networkPolicy: { metricsPorts: [20200] } }
    const policy = findObject(await helm.objects('service', { ...dashboard, values }), 'NetworkPolicy', 'dashboard')
    const monitoring = { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } }
    expect(policy.spec).toMatchObject({
      policyTypes: ['Ingress'],
      ingress: [
        { ports: [{ port: 9002, protocol: 'TCP' }] },
        { from: [{ namespaceSelector: monitoring }], ports: [{ port: 20200, protocol: 'TCP' }] },
      ],
    })
  })

  it('takes more environment, but none that it sets itself', async (context) => {
    const helm = await requireHelm(context)
    const render = (name: string) => ({ ...dashboard, values: { env: [{ name, value: 'on' }] } })
    expect(environmentOf(podOf(await helm.objects('service', render('FAULTS')), 'dashboard'))['FAULTS']).toBe('on')
    expect(await helm.refusal('service', render('PORT'))).toContain('service.env: PORT is set by the chart')
  })
})
