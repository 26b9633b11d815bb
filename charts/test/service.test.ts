import { findObject } from '@throughline/lab-kube-api'
import { projectVersion } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { requireHelm } from './support/helm.ts'
import { environmentOf, names, podOf } from './support/kubernetes-object.ts'

const dashboard = { files: ['service/ci/dashboard-values.yaml'] }

describe('charts/service, installed alone', () => {
  it('is a Deployment, Service, identity, disruption budget and network policy of one name', async (context) => {
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

  it('names no mesh', async (context) => {
    const helm = await requireHelm(context)
    expect(await helm.text('service', dashboard)).not.toMatch(/consul|istio|envoy/i)
  })

  it('listens on all addresses and calls counting by its Service, without a sidecar', async (context) => {
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

  it('exports no spans without a backend, instead of failing to reach one', async (context) => {
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

  it('drains: it serves for four more seconds, and is killed only after every time limit', async (context) => {
    const helm = await requireHelm(context)
    const { spec } = podOf(await helm.objects('service', dashboard), 'dashboard')
    expect(spec.containers[0]['lifecycle']).toEqual({ preStop: { sleep: { seconds: 4 } } })
    expect(spec['terminationGracePeriodSeconds']).toBe(30)
    const refusal = await helm.refusal('service', { release: 'counting', values: { drain: { graceSeconds: 18 } } })
    expect(refusal).toContain('service.drain.graceSeconds is 18, but')
    expect(refusal).toContain('make 19')
  })

  it('is probed by requests, or inside its container when it listens on loopback', async (context) => {
    const helm = await requireHelm(context)
    const probes = async (values: object) => {
      const [container] = podOf(await helm.objects('service', { ...dashboard, values }), 'dashboard').spec.containers
      const { startupProbe, livenessProbe, readinessProbe } = container
      return [startupProbe, livenessProbe, readinessProbe]
    }
    const requests = ['/health', '/health', '/health/ready'].map((path) => ({ httpGet: { path, port: 'http' } }))
    const scripts = [[], [], ['ready']].map((args) => ({ exec: { command: ['node', 'healthcheck.js', ...args] } }))
    expect(await probes({})).toMatchObject(requests)
    expect(await probes({ probes: { handler: 'exec' } })).toMatchObject(scripts)
    for (const bindAddress of ['127.0.0.1', 'Localhost', '::1', '0:0:0:0:0:0:0:1', '{{ "127.0.0.1" }}']) {
      expect(await probes({ bindAddress })).toMatchObject(scripts)
    }
  })

  it('has no hook for a pause of 0 before SIGTERM, which Kubernetes before 1.33 would refuse', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('service', { ...dashboard, values: { drain: { preStopSeconds: 0 } } })
    expect(podOf(objects, 'dashboard').spec.containers[0]).not.toHaveProperty('lifecycle')
  })

  it('leaves the number of pods to others for null, or to an autoscaler for the app', async (context) => {
    const helm = await requireHelm(context)
    const specOf = async (values: object) => {
      const objects = await helm.objects('service', { ...dashboard, values })
      return { objects, spec: findObject(objects, 'Deployment', 'dashboard').spec }
    }
    expect((await specOf({ replicas: 0 })).spec).toMatchObject({ replicas: 0 })
    expect((await specOf({ replicas: null })).spec).not.toHaveProperty('replicas')
    const { spec, objects } = await specOf({ autoscaling: { enabled: true, maxReplicas: 6 } })
    expect(spec).not.toHaveProperty('replicas')
    expect(findObject(objects, 'HorizontalPodAutoscaler', 'dashboard').spec).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'dashboard' },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [
        {
          type: 'ContainerResource',
          containerResource: {
            name: 'cpu',
            container: 'dashboard',
            target: { type: 'Utilization', averageUtilization: 80 },
          },
        },
      ],
    })
  })

  it('adds resource attributes to those it sets, percent-encoded', async (context) => {
    const helm = await requireHelm(context)
    const resourceAttributes = { 'deployment.environment.name': 'a b,c=d%', team: '{{ .Release.Name }}' }
    const values = { telemetry: { resourceAttributes } }
    const environment = environmentOf(podOf(await helm.objects('service', { ...dashboard, values }), 'dashboard'))
    expect(environment['OTEL_RESOURCE_ATTRIBUTES']).toBe(
      `service.version=${projectVersion},k8s.namespace.name=throughline,k8s.pod.name=$(POD_NAME),` +
        'deployment.environment.name=a%20b%2Cc%3Dd%25,team=throughline',
    )
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

  it('accepts more environment, but no variable that it sets itself', async (context) => {
    const helm = await requireHelm(context)
    const render = (name: string) => ({ ...dashboard, values: { env: [{ name, value: 'on' }] } })
    expect(environmentOf(podOf(await helm.objects('service', render('FAULTS')), 'dashboard'))['FAULTS']).toBe('on')
    expect(await helm.refusal('service', render('PORT'))).toContain('service.env: PORT is set by the chart')
  })

  it('keeps templated values as strings, in lists of whole fields as well', async (context) => {
    const helm = await requireHelm(context)
    const values = {
      env: [
        { name: 'NEXT', value: '9{{ .Values.port }}' },
        { name: 'FLAG', value: '{{ eq 1 1 }}' },
      ],
      podMonitor: { enabled: true, path: '/metrics?a: b #c' },
      securityContext: { capabilities: { drop: [null, 'ALL'] } },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { port: '{{ .Values.port }}' } },
        },
      ],
    }
    const objects = await helm.objects('service', { ...dashboard, values })
    const { spec } = podOf(objects, 'dashboard')
    expect(spec.containers[0].securityContext).toMatchObject({ capabilities: { drop: ['ALL'] } })
    expect(findObject(objects, 'PodMonitor', 'dashboard').spec).toMatchObject({
      podMetricsEndpoints: [{ path: '/metrics?a: b #c' }],
    })
    expect(spec.containers[0].env).toEqual(expect.arrayContaining([{ name: 'NEXT', value: '99002' }]))
    expect(spec.containers[0].env).toEqual(expect.arrayContaining([{ name: 'FLAG', value: 'true' }]))
    expect(spec['topologySpreadConstraints']).toMatchObject([
      { maxSkew: 1, labelSelector: { matchLabels: { port: '9002' } } },
    ])
  })
})
