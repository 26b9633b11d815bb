import fs from 'node:fs/promises'
import path from 'node:path'
import { requireNamespaces } from '@throughline/lab-pods'
import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { absentTracer } from '../support/absent-tracer.ts'
import { count } from '../support/count.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'
import { untilState } from '../support/until-state.ts'
import { adminOf } from './support/admin-of.ts'
import { type ConsulEntry, isNamed, listEntries, setMaintenance, writeEntry } from './support/consul-api.ts'
import { type LabCluster, showAsCluster } from './support/lab-as-cluster.ts'

const TRACER = 'envoy_tracing_json'
const LISTENER = 'envoy_listener_tracing_json'
const intention = (source: object): ConsulEntry => ({
  Kind: 'service-intentions',
  Name: 'counting',
  Sources: [{ Name: 'dashboard', ...source }],
})

/** Each step brings one thing about that only its own finding names, after it has taken back that of the step before. */
describe('verify --context under a real Consul', () => {
  let lab: MeshLab
  let cluster: LabCluster
  let defaults: ConsulEntry & { Config: Record<string, unknown> }

  beforeAll(async () => {
    lab = await startLab({ mesh: 'consul', tracer: 'opentelemetry' })
    cluster = await showAsCluster(lab)
    defaults = (await listEntries(lab)).find(({ Kind }) => Kind === 'proxy-defaults') as typeof defaults
  })
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await lab?.stop()
  })

  const configure = async (config: Record<string, unknown>): Promise<void> =>
    await writeEntry(lab, { ...defaults, Config: { ...defaults.Config, ...config } })

  it('names ProxyDefaults without a tracer: TLV301', async () => {
    await lab.mesh.tracing('none')
    expect(await cluster.verify()).toEqual([`TLV301 ProxyDefaults lab/global spec.config.${TRACER}`])
  })

  it('names an entry that Consul takes and ignores: TLV304', async () => {
    await configure({ [TRACER]: JSON.parse(String(defaults.Config[TRACER])) as unknown })
    expect(await cluster.verify()).toEqual([`TLV304 ProxyDefaults lab/global spec.config.${TRACER}`])
  })

  it('names a tracer that is newer than the sidecars: TLV307', async () => {
    await writeEntry(lab, defaults)
    // One of each pod.
    const line = `TLV307 ProxyDefaults lab/global spec.config.${TRACER}`
    expect(await cluster.verify()).toEqual([line, line])
  })

  it('finds nothing once they were restarted', async () => {
    await lab.mesh.tracing('opentelemetry')
    expect(await cluster.verify()).toEqual([])
  })

  it('names what samples nothing, at the sidecar where a request begins: TLV201', async () => {
    await lab.mesh.set({ name: 'sampling', value: '0' })
    expect(await cluster.verify('deploy/dashboard:9001/')).toEqual([
      `TLV201 ProxyDefaults lab/global spec.config.${LISTENER}`,
    ])
    await lab.mesh.set({ name: 'sampling', value: '100' })
  })

  it('names the intention that denies: TLV501', async () => {
    await lab.mesh.deny()
    expect(await cluster.verify()).toEqual(['TLV501 ServiceIntentions lab/counting spec.sources[0].action'])
    await lab.mesh.allow()
  })

  it('names the protocol by which sidecars read no request: TLV401', async () => {
    await lab.mesh.set({ name: 'protocol', value: 'tcp' })
    expect(await cluster.verify()).toEqual(['TLV401 ServiceDefaults lab/counting spec.protocol'])
  })

  it('names a rule on requests that Consul does not take for such a protocol: TLV506', async () => {
    const source = { Permissions: [{ Action: 'allow', HTTP: { PathPrefix: '/' } }] }
    const refusal = await writeEntry(lab, intention(source)).then(
      () => 'taken',
      (error: Error) => error.message,
    )
    expect(refusal).toMatch(/L7/)
    const spec = {
      destination: { name: 'counting' },
      sources: [{ name: 'dashboard', permissions: [{ action: 'allow', http: { pathPrefix: '/' } }] }],
    }
    cluster.refused([
      {
        apiVersion: 'consul.hashicorp.com/v1alpha1',
        kind: 'ServiceIntentions',
        metadata: { name: 'counting', namespace: 'lab' },
        spec,
        status: { conditions: [{ type: 'Synced', status: 'False', message: refusal }] },
      },
    ])
    expect(await cluster.verify()).toEqual(['TLV506 ServiceIntentions lab/counting spec.sources[0].permissions'])
    cluster.refused([])
  })

  it('names the intention that closes its connections: TLV502', async () => {
    await lab.mesh.deny()
    expect(await cluster.verify()).toEqual(['TLV502 ServiceIntentions lab/counting spec.sources[0].action'])
    await lab.mesh.allow()
    await lab.mesh.set({ name: 'protocol', value: 'http' })
  })

  it('names the pod that is not ready, or was not injected, where there is no endpoint: TLV504', async () => {
    await setMaintenance(lab, 'counting', true)
    await untilState(lab, 'unreachable', { deadline: 15_000 })
    cluster.pod('counting', { ready: false })
    expect(await cluster.verify()).toEqual(['TLV504 Pod lab/counting status.conditions'])
    cluster.pod('counting', { sidecar: false })
    expect(await cluster.verify()).toEqual(['TLV504 Pod lab/counting metadata.annotations'])
    cluster.pod('counting', {})
    await setMaintenance(lab, 'counting', false)
    await untilState(lab, 'connected', { deadline: 15_000 })
  })

  it('names who lets plain text in: TLV602', async () => {
    const counting = { Kind: 'service-defaults', Name: 'counting', Protocol: 'http' }
    await writeEntry(lab, { Kind: 'mesh', AllowEnablingPermissiveMutualTLS: true })
    await writeEntry(lab, { ...counting, MutualTLSMode: 'permissive' })
    expect(await cluster.verify()).toEqual(['TLV602 ServiceDefaults lab/counting spec.mutualTLSMode'])
    await writeEntry(lab, counting)
  })

  it('names a list of permissions that nothing closes, where the mesh allows by default: TLV506', async () => {
    const file = path.join(lab.runDir, 'consul/agent.json')
    const agent = JSON.parse(await fs.readFile(file, 'utf8')) as object
    await fs.writeFile(file, JSON.stringify({ ...agent, default_intention_policy: 'allow' }))
    process.kill(lab.pids()['consul'] ?? 0, 'SIGKILL')
    const permission = (Action: string, HTTP: object) => ({ Action, HTTP })
    const open = [permission('allow', { PathExact: '/other' })]
    await pollUntil(() => writeEntry(lab, intention({ Permissions: open })).then(() => true), {
      deadline: 30_000,
      what: 'Consul to answer again',
    })
    await pollUntil(() => isNamed(lab, 'counting'), { deadline: 30_000, what: 'counting to pass its checks again' })
    await untilState(lab, 'connected', { deadline: 30_000 })
    expect(await cluster.verify()).toEqual(['TLV506 ServiceIntentions lab/counting spec.sources[0].permissions'])
    const closed = [permission('allow', { PathExact: '/' }), permission('deny', { PathPrefix: '/' })]
    await writeEntry(lab, intention({ Permissions: closed }))
    expect(await cluster.verify()).toEqual([])
  })

  it('names a deny that a sidecar with a refused listener does not apply: TLV505', async () => {
    const tracing = JSON.parse(String(defaults.Config[LISTENER])) as object
    await configure({ [LISTENER]: JSON.stringify({ ...tracing, provider: absentTracer }) })
    const admin = await adminOf(lab, 'counting')
    await pollUntil(
      async () => /: [1-9]/.test(await (await fetch(`${admin}/stats?filter=lds.update_rejected`)).text()),
      { deadline: 20_000, what: 'counting’s sidecar to refuse its listeners' },
    )
    await writeEntry(lab, intention({ Action: 'deny' }))
    expect((await count(lab)).state).toBe('connected')
    expect(await cluster.verify()).toEqual(['TLV505 ServiceIntentions lab/counting spec.sources[0].action'])
    expect((await count(lab)).state).toBe('connected')
    await writeEntry(lab, defaults)
    await untilState(lab, 'denied', { deadline: 15_000 })
  })
})

it('verify --context names a called pod that was created without injection: TLV402', async (context) => {
  await requireNamespaces(context)
  const around = { UPSTREAM_URL: 'http://counting:9001' }
  await using lab = await startLab({ mesh: 'consul', topology: 'namespaces', dashboardEnv: around })
  await using cluster = await showAsCluster(lab, { admins: false })
  cluster.pod('counting', { sidecar: false })
  expect(await cluster.verify()).toEqual(['TLV402 Pod lab/counting metadata.annotations'])
})
