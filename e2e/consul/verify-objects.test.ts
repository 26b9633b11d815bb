import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MeshLab, startLab } from '../support/start-lab.ts'
import { untilState } from '../support/until-state.ts'
import { writeEntry } from './support/consul-api.ts'
import { type ConsulFacts, verifyWith } from './support/verify-facts.ts'

const GLOBAL = { name: 'lab/global', protocol: 'http', changedAt: null, syncFailure: null }
const LISTENER = 'envoy_listener_tracing_json'

describe('verify on the objects of a real Consul', () => {
  let lab: MeshLab
  let defaults: { Config: Record<string, unknown> }
  beforeAll(async () => {
    lab = await startLab({ mesh: 'consul', tracer: 'opentelemetry' })
    const { links } = await lab.mesh.status()
    const response = await fetch(new URL('/v1/config/proxy-defaults/global', links[0]?.url))
    defaults = (await response.json()) as typeof defaults
  })
  afterAll(() => lab?.stop())

  const lines = async (facts: Partial<ConsulFacts>): Promise<string[]> =>
    (await verifyWith(lab, facts)).map(({ id, suspected, object }) =>
      [id, ...(suspected ? ['suspected'] : []), object?.kind, object?.name, object?.field].join(' '),
    )
  const intend = async (source: object): Promise<void> =>
    await writeEntry(lab, { Kind: 'service-intentions', Name: 'counting', Sources: [{ Name: 'dashboard', ...source }] })
  const intention = (source: Pick<ConsulFacts['intentions'][number]['sources'][number], 'action' | 'permissions'>) => ({
    intentions: [
      {
        name: 'lab/counting',
        destination: 'counting',
        sources: [{ source: 'dashboard', ...source }],
        syncFailure: null,
      },
    ],
  })

  it('finds nothing in what is in force', async () => {
    expect(await lines({ proxyDefaults: [{ ...GLOBAL, entries: [] }] })).toEqual([])
  })

  it('names the intention that denies: TLV501', async () => {
    await intend({ Action: 'deny' })
    await untilState(lab, 'denied')
    expect(await lines(intention({ action: 'deny', permissions: [] }))).toEqual([
      'TLV501 ServiceIntentions lab/counting spec.sources[0].action',
    ])
  })

  it('names the entry that Consul takes and ignores: TLV304', async () => {
    const untyped = JSON.stringify({ random_sampling: { value: 100 } })
    await intend({ Action: 'allow' })
    await untilState(lab, 'connected')
    await writeEntry(lab, { ...defaults, Config: { ...defaults.Config, [LISTENER]: untyped } })
    const entry = { key: LISTENER, form: 'text' as const, typed: false, unknown: [], sampling: 100 }
    // The sidecars sample by themselves as before: the tracer is in their bootstrap.
    expect(await lines({ proxyDefaults: [{ ...GLOBAL, entries: [entry] }] })).toEqual([
      `TLV304 suspected ProxyDefaults lab/global spec.config.${LISTENER}`,
    ])
    await writeEntry(lab, defaults)
  })
})
