import { pollUntil } from '@throughline/lab-testkit'
import { expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { startLab } from '../support/start-lab.ts'
import { writeEntry } from './support/consul-api.ts'
import { adminOf, verifyWith } from './support/verify-facts.ts'

it('verify names the intention that a sidecar with a rejected listener does not apply', async () => {
  await using lab = await startLab({ mesh: 'consul', tracer: 'opentelemetry' })
  const inbound = await adminOf(lab, 'counting')
  const { links } = await lab.mesh.status()
  const defaults = (await (await fetch(new URL('/v1/config/proxy-defaults/global', links[0]?.url))).json()) as {
    Config: Record<string, unknown>
  }
  const tracing = {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing',
    provider: {
      name: 'envoy.tracers.zipkin',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.config.trace.v3.ZipkinConfig',
        collector_cluster: 'absent',
        collector_endpoint: '/api/v2/spans',
        collector_endpoint_version: 'HTTP_JSON',
      },
    },
  }
  const listener = JSON.stringify(tracing)
  await writeEntry(lab, { ...defaults, Config: { ...defaults.Config, envoy_listener_tracing_json: listener } })
  await pollUntil(
    async () => {
      const stats = await (await fetch(`${inbound}/stats?filter=lds.update_rejected`)).text()
      return /: [1-9]/.test(stats)
    },
    { deadline: 20_000, what: 'counting’s sidecar to reject its listeners' },
  )
  await writeEntry(lab, {
    Kind: 'service-intentions',
    Name: 'counting',
    Sources: [{ Name: 'dashboard', Action: 'deny' }],
  })
  expect((await count(lab)).state).toBe('connected')

  const source = { source: 'dashboard', action: 'deny' as const, permissions: [] }
  const intentions = [{ name: 'lab/counting', destination: 'counting', sources: [source], syncFailure: null }]
  const findings = await verifyWith(lab, { intentions })
  expect(findings.map(({ id, hop, suspected, object }) => ({ id, hop, suspected, object }))).toEqual([
    {
      id: 'TLV505',
      hop: 'lab/counting',
      suspected: false,
      object: { kind: 'ServiceIntentions', name: 'lab/counting', field: 'spec.sources[0].action' },
    },
  ])
  expect(findings[0]?.seen.join('\n')).toMatch(/counting has rejected \d+ updates of its listeners: .*absent/)
  expect((await count(lab)).state).toBe('connected')
})
