import fs from 'node:fs/promises'
import path from 'node:path'
import { pollUntil } from '@throughline/lab-testkit'
import { collectEvidence, type Evidence, judge, openBackend } from 'throughline'
import { expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'
import { writeEntry } from './support/consul-api.ts'

/** The address of a sidecar's admin interface, by its bootstrap. */
async function adminOf(lab: MeshLab, sidecar: string): Promise<string> {
  const file = path.join(lab.runDir, `${sidecar}-sidecar.json`)
  const { admin } = JSON.parse(await fs.readFile(file, 'utf8')) as {
    admin: { address: { socket_address: { address: string; port_value: number } } }
  }
  const { address, port_value: port } = admin.address.socket_address
  return `http://${address}:${port}`
}

/** What `--context` would read of the two services, had the entries come by custom resources. */
function clusterOf(intentions: NonNullable<NonNullable<Evidence['cluster']>['consul']>['intentions']) {
  const pod = (app: string) => ({
    pod: `lab/${app}`,
    identity: `ns/lab/sa/${app}`,
    startedAt: null,
    ready: true,
    sidecar: 'consul' as const,
    ambient: false,
    crashedAt: null,
    consulService: app,
    injectedSampling: null,
  })
  return {
    context: 'lab',
    namespace: 'lab',
    pods: [pod('dashboard'), pod('counting')],
    services: [],
    istio: null,
    consul: { proxyDefaults: [], serviceDefaults: [], intentions },
  }
}

it('verify names the intention that a sidecar with a rejected listener does not apply', async () => {
  await using lab = await startLab({ mesh: 'consul', tracer: 'opentelemetry' })
  const [inbound, outbound] = [await adminOf(lab, 'counting'), await adminOf(lab, 'dashboard')]
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
  const evidence = await collectEvidence({
    url: `${lab.dashboardUrl}/api/count`,
    backend: await openBackend({ target: lab.queryUrl, headers: {} }),
    readCluster: () => Promise.resolve({ facts: clusterOf(intentions), envoys: [inbound, outbound] }),
  })
  const findings = judge(evidence).findings.filter(({ level }) => level !== 'note')
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
