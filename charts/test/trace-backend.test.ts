import { findObject } from '@throughline/lab-kube-api'
import { describe, expect, it } from 'vitest'
import { requireHelm } from './support/helm.ts'
import { environmentOf, podOf } from './support/kubernetes-object.ts'

/** The host as a user names it, and as it stands in a URL. */
const hosts = [
  ['10.0.0.5', '10.0.0.5'],
  ['fd00::5', '[fd00::5]'],
  ['[fd00::5]', '[fd00::5]'],
  ['jaeger.observability', 'jaeger.observability'],
  ['tempo.example.com', 'tempo.example.com'],
] as const

describe.each(['consul', 'istio'])('the trace backend of charts/%s', (chart) => {
  it.for(hosts)('may be %s, for apps, page and test', async ([host, inUrl], context) => {
    const helm = await requireHelm(context)
    const objects = await helm.objects(chart, { values: { global: { traceBackend: { host } } } })
    for (const name of ['counting', 'dashboard']) {
      const environment = environmentOf(podOf(objects, name))
      expect(new URL(environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '').href).toBe(`http://${inUrl}:4318/`)
    }
    expect(environmentOf(podOf(objects, 'dashboard'))['TRACE_QUERY_URL']).toBe(`http://${inUrl}:16686`)
    const test = JSON.stringify(findObject(objects, 'Pod', 'throughline-test').spec)
    expect(test).toContain(`{"name":"TRACE_QUERY_URL","value":"http://${inUrl}:16686"}`)
  })
})

it('the domain of the cluster is set in one place', async (context) => {
  const helm = await requireHelm(context)
  const values = {
    global: { istio: { clusterDomain: 'corp.example' } },
    destinationRule: { create: true },
    mtls: { mode: 'STRICT' },
  }
  const objects = await helm.objects('istio', { values })
  const text = JSON.stringify(objects.filter(({ kind }) => kind !== 'AuthorizationPolicy'))
  // Identities begin with the trust domain, which is another thing.
  expect(text).not.toContain('cluster.local')
  expect(text).toContain('http://jaeger.throughline.svc.corp.example:4318')
  expect(findObject(objects, 'DestinationRule', 'counting').spec).toMatchObject({
    host: 'counting.throughline.svc.corp.example',
  })
})
