import { findObject } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { requireHelm } from './support/helm.ts'
import { environmentOf, ofKind, podOf } from './support/kubernetes-object.ts'

const A = 'consul.hashicorp.com'
const gateway = { values: { global: { gateway: { enabled: true } } } }

describe('pods under Consul', () => {
  it('request a sidecar by annotation, and the dashboard an explicit upstream', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('consul')
    expect(podOf(objects, 'counting').metadata.annotations).toEqual({
      'kubectl.kubernetes.io/default-container': 'counting',
      [`${A}/connect-inject`]: 'true',
      [`${A}/transparent-proxy`]: 'false',
      [`${A}/enable-metrics`]: 'true',
      [`${A}/enable-metrics-merging`]: 'true',
      [`${A}/service-metrics-port`]: '9001',
      [`${A}/service-metrics-path`]: '/metrics',
      [`${A}/enable-sidecar-proxy-lifecycle`]: 'true',
      [`${A}/enable-sidecar-proxy-lifecycle-shutdown-drain-listeners`]: 'true',
      [`${A}/sidecar-proxy-lifecycle-shutdown-grace-period-seconds`]: '9',
      [`${A}/enable-consul-dataplane-as-sidecar`]: 'false',
    })
    expect(podOf(objects, 'dashboard').metadata.annotations).toMatchObject({
      [`${A}/connect-inject`]: 'true',
      [`${A}/transparent-proxy`]: 'false',
      [`${A}/connect-service-upstreams`]: 'counting:9001',
    })
  })

  it('use loopback only: counting listens there, and the dashboard calls its own sidecar', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('consul')
    expect(environmentOf(podOf(objects, 'counting'))).toMatchObject({ HOST: '127.0.0.1', PORT: '9001' })
    expect(environmentOf(podOf(objects, 'dashboard'))).toMatchObject({
      COUNTING_SERVICE_URL: 'http://127.0.0.1:9001',
      TRACE_QUERY_URL: 'http://jaeger.throughline.svc.cluster.local:16686',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://jaeger.throughline.svc.cluster.local:4318',
    })
  })

  it('admit port 20000 to all, 20200 to the scraper, and the dashboard also its page', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('consul')
    const ports = (name: string) =>
      (findObject(objects, 'NetworkPolicy', name).spec as { ingress: { ports: { port: number }[] }[] }).ingress.map(
        (rule) => rule.ports.map(({ port }) => port),
      )
    expect(ports('counting')).toEqual([[20000], [20200]])
    expect(ports('dashboard')).toEqual([[20000, 9002], [20200]])
  })

  it('mount a token in the app’s container, which the sidecar needs to log in under ACLs', async (context) => {
    const helm = await requireHelm(context)
    const pod = podOf(await helm.objects('consul'), 'counting')
    expect(pod.spec['automountServiceAccountToken']).toBe(true)
    expect(pod.spec.serviceAccountName).toBe('counting')
  })

  it('exclude the trace backend and the page from a transparent proxy', async (context) => {
    const helm = await requireHelm(context)
    const values = { global: { transparentProxy: { enabled: true } } }
    const objects = await helm.objects('consul', { values })
    const outbound = '4317,4318,9411,14268,16686'
    expect(podOf(objects, 'counting').metadata.annotations).toMatchObject({
      [`${A}/transparent-proxy`]: 'true',
      [`${A}/transparent-proxy-exclude-outbound-ports`]: outbound,
    })
    expect(podOf(objects, 'dashboard').metadata.annotations).toMatchObject({
      [`${A}/transparent-proxy`]: 'true',
      [`${A}/transparent-proxy-exclude-outbound-ports`]: outbound,
      [`${A}/transparent-proxy-exclude-inbound-ports`]: '9002',
      [`${A}/connect-service-upstreams`]: 'counting:9001',
    })
  })

  it('live exactly as long as requests may take, like their sidecar', async (context) => {
    const helm = await requireHelm(context)
    const graceOf = async (drain: object) => {
      const { metadata, spec } = podOf(await helm.objects('consul', { values: { counting: { drain } } }), 'counting')
      return [
        metadata.annotations[`${A}/sidecar-proxy-lifecycle-shutdown-grace-period-seconds`],
        spec['terminationGracePeriodSeconds'],
      ]
    }
    expect(await graceOf({})).toEqual(['9', 30])
    expect(await graceOf({ preStopSeconds: 6, timeoutMs: 10_500, graceSeconds: 40 })).toEqual(['17', 40])
  })

  it('end with their app, where Kubernetes ends the sidecar after it', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('consul', { values: { global: { nativeSidecar: { enabled: true } } } })
    for (const name of ['counting', 'dashboard']) {
      const { metadata, spec } = podOf(objects, name)
      expect(metadata.annotations).toMatchObject({
        [`${A}/enable-consul-dataplane-as-sidecar`]: 'true',
        [`${A}/sidecar-proxy-lifecycle-shutdown-grace-period-seconds`]: '1',
      })
      // Consul drops the endpoint in this time; the app serves until then.
      expect(spec.containers[0]['lifecycle']).toEqual({ preStop: { sleep: { seconds: 4 } } })
    }
  })

  it('are not injected outside the mesh: Jaeger and the test', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('consul')
    expect(podOf(objects, 'jaeger').metadata.annotations[`${A}/connect-inject`]).toBe('false')
    expect(findObject(objects, 'Pod', 'throughline-test').metadata.annotations?.[`${A}/connect-inject`]).toBe('false')
  })
})

describe('intentions', () => {
  const deny = { name: '*', action: 'deny' }

  it('let only the dashboard GET / from counting, and allow nothing else', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('consul')
    expect(findObject(objects, 'ServiceIntentions', 'counting').spec).toEqual({
      destination: { name: 'counting' },
      sources: [
        {
          name: 'dashboard',
          permissions: [
            { action: 'allow', http: { pathExact: '/', methods: ['GET'] } },
            { action: 'deny', http: { pathPrefix: '/' } },
          ],
        },
        deny,
      ],
    })
    expect(findObject(objects, 'ServiceIntentions', 'dashboard').spec).toEqual({
      destination: { name: 'dashboard' },
      sources: [deny],
    })
  })

  it('deny the dashboard by name when it is not allowed', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('consul', { values: { dashboard: { allowed: false } } })
    expect(findObject(objects, 'ServiceIntentions', 'counting').spec).toEqual({
      destination: { name: 'counting' },
      sources: [{ name: 'dashboard', action: 'deny' }, deny],
    })
  })

  it('have one owner per destination, even beside the mesh’s own', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('consul', { values: { meshDefaults: { create: true } } })
    const destinations = ofKind(objects, 'ServiceIntentions').map(
      ({ spec }) => (spec as { destination: { name: string } }).destination.name,
    )
    expect(destinations.toSorted()).toEqual(['*', 'counting', 'dashboard'])
  })

  it('need protocol http, which each service declares', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('consul')
    for (const name of ['counting', 'dashboard']) {
      expect(findObject(objects, 'ServiceDefaults', name).spec).toEqual({ protocol: 'http' })
    }
  })
})

describe('the API gateway', () => {
  it('is the only way to the page: the dashboard listens on loopback behind the gateway', async (context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects('consul', gateway)
    expect(environmentOf(podOf(objects, 'dashboard'))['HOST']).toBe('127.0.0.1')
    expect(JSON.stringify(findObject(objects, 'NetworkPolicy', 'dashboard').spec)).not.toContain('9002')
    const { sources } = findObject(objects, 'ServiceIntentions', 'dashboard').spec as { sources: { name: string }[] }
    expect(sources.map(({ name }) => name)).toEqual(['dashboard-gateway', '*'])
    expect(findObject(objects, 'HTTPRoute', 'dashboard').spec).toMatchObject({
      parentRefs: [{ name: 'dashboard-gateway' }],
      rules: [{ backendRefs: [{ name: 'dashboard', port: 9002 }] }],
    })
    const [test] = (findObject(objects, 'Pod', 'throughline-test').spec as { containers: [{ env: unknown }] })
      .containers
    expect(test.env).toContainEqual({ name: 'DASHBOARD_URL', value: 'http://dashboard-gateway:8080' })
  })
})
