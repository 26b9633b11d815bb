import { describe, expect, it } from 'vitest'
import { buildPathModel, deniedBy } from './path-model.js'
import { base, hops, marks, mesh, sidecar } from './path-model.test-support.ts'
import { wholeChain } from '../trace/trace-sketch.test-support.ts'

const upTo = (...ids: string[]) => hops(wholeChain.filter((span) => ids.includes(span.id)))

describe('hopsOf', () => {
  it('makes one hop of the two spans an application leaves', () => {
    expect(base.known.map((hop) => [hop.name, hop.role, hop.direction])).toEqual([
      ['dashboard', 'app', null],
      ['dashboard-sidecar', 'sidecar', 'outbound'],
      ['counting-sidecar', 'sidecar', 'inbound'],
      ['counting', 'app', null],
    ])
  })

  it('tells a sidecar from the application of the same name', () => {
    const named = wholeChain.map((span) => ({ ...span, service: span.service.replace('-sidecar', '') }))
    expect(hops(named).map((hop) => hop.role)).toEqual(['app', 'sidecar', 'sidecar', 'app'])
  })

  it('draws an application once, even when its client span starts a new trace', () => {
    const broken = wholeChain.map(({ parent, ...span }) =>
      span.id === 'a2' || parent === undefined ? span : { ...span, parent },
    )
    expect(hops(broken).map((hop) => hop.name)).toEqual(base.known.map((hop) => hop.name))
  })

  it('follows the last of several tries', () => {
    const retried = [
      ...wholeChain.filter((span) => span.id !== 'd1'),
      { id: 'c0', parent: 'b1', service: 'replica-1', proxy: true, kind: 'server', start: 210 },
      { id: 'd1', parent: 'c1', service: 'counting', kind: 'server', start: 300 },
    ]
    expect(hops(retried).map((hop) => hop.name)).not.toContain('replica-1')
  })

  it('counts the tries of a hop that was retried', () => {
    const again = { id: 'c0', parent: 'b1', service: 'counting-sidecar', proxy: true, kind: 'server', start: 210 }
    const [, , inbound] = hops([...wholeChain, again])
    expect(inbound).toMatchObject({ name: 'counting-sidecar', tries: 2 })
    const known = hops([...wholeChain, again])
    expect(buildPathModel({ ...base, known, state: 'connected' }).hops[3]?.detail).toBe('sidecar, 2 tries')
    expect(hops(wholeChain).every((hop) => hop.tries === undefined)).toBe(true)
  })

  it('detaches a hop that starts a new trace', () => {
    const broken = wholeChain.map(({ parent, ...span }) =>
      span.id === 'd1' || parent === undefined ? span : { ...span, parent },
    )
    expect(hops(broken).map((hop) => hop.detached)).toEqual([false, false, false, true])
  })
})

describe('buildPathModel', () => {
  it.each([
    ['one span', []],
    [
      'a span for each of its sides',
      [{ id: 'g2', parent: 'g1', name: 'router dashboard egress', service: 'edge', proxy: true, kind: 'client' }],
    ],
  ])('draws a gateway with %s once, in front of the sidecar of the first application', (_what, upstream) => {
    const inbound = { id: 's1', parent: upstream[0]?.id ?? 'g1', service: 'dashboard', proxy: true, kind: 'server' }
    const behind = wholeChain.map((span) => (span.parent === undefined ? { ...span, parent: 's1' } : span))
    const gateway = { id: 'g1', service: 'edge', node: 'router', proxy: true, kind: 'server' }
    const known = hops([gateway, ...upstream, inbound, ...behind])
    const path = buildPathModel({ ...base, known, state: 'connected' })
    expect(path.hops.map(({ name, detail }) => `${name}: ${detail}`)).toEqual([
      'browser: this page',
      'edge: gateway',
      'dashboard: sidecar, inbound',
      'dashboard: application',
      'dashboard-sidecar: sidecar, outbound',
      'counting-sidecar: sidecar, inbound',
      'counting: application',
    ])
  })

  it('draws browser, both applications and both sidecars, with mTLS between the sidecars', () => {
    const path = buildPathModel({ ...base, state: 'connected' })
    expect(path.hops.map((hop) => hop.name)).toEqual([
      'browser',
      'dashboard',
      'dashboard-sidecar',
      'counting-sidecar',
      'counting',
    ])
    expect(path.edges.map((edge) => edge.label)).toEqual(['HTTP', 'HTTP', 'mTLS', 'HTTP'])
    expect(new Set([...marks(path).hops, ...marks(path).edges])).toEqual(new Set(['ok']))
  })

  it('draws the two applications before the first trace', () => {
    const path = buildPathModel({ ...base, known: [], state: 'connecting' })
    expect(path.hops.map((hop) => hop.name)).toEqual(['browser', 'dashboard', 'counting'])
    expect(marks(path).hops).toEqual(['unknown', 'unknown', 'unknown'])
  })

  it('adds sidecars without a span if the lab reports them', () => {
    const known = hops(
      wholeChain
        .filter((span) => span.proxy !== true)
        .map((span) => (span.id === 'd1' ? { ...span, parent: 'a2' } : span)),
    )
    const path = buildPathModel({
      ...base,
      known,
      state: 'connected',
      mesh: mesh(sidecar('dashboard-sidecar'), sidecar('counting-sidecar')),
    })
    expect(path.hops.map((hop) => hop.name)).toEqual([
      'browser',
      'dashboard',
      'dashboard-sidecar',
      'counting-sidecar',
      'counting',
    ])
  })

  it('recognizes a sidecar by the id of its Envoy, whatever its spans’ names', () => {
    const nodes = {
      'dashboard-sidecar': 'sidecar~10.0.0.2~dashboard-0',
      'counting-sidecar': 'sidecar~10.0.0.1~counting-0',
    }
    const known = hops(
      wholeChain.map((span) => {
        const node = nodes[span.service as keyof typeof nodes] as string | undefined
        return node === undefined ? span : { ...span, service: span.service.replace('-sidecar', '.throughline'), node }
      }),
    )
    const status = mesh(
      sidecar('dashboard-sidecar', 'ready', nodes['dashboard-sidecar']),
      sidecar('counting-sidecar', 'down', nodes['counting-sidecar']),
    )
    const path = buildPathModel({ ...base, known, state: 'connected', mesh: status })
    expect(path.hops.map(({ label, sidecar: found }) => [label, found?.state])).toEqual([
      ['browser', undefined],
      ['dashboard', undefined],
      ['dashboard-sidecar', 'ready'],
      ['counting-sidecar', 'down'],
      ['counting', undefined],
    ])
    expect(deniedBy(known, status)).toBe('counting-sidecar')
    expect(deniedBy(known, null)).toBe('counting.throughline')
  })

  it('shows the sidecar through which the newest request entered, and marks the end behind it', () => {
    const entry = { id: 'e1', service: 'dashboard-sidecar', proxy: true, kind: 'server', start: 0, duration: 1100 }
    const entered = wholeChain.map((span) => (span.id === 'a1' ? { ...span, parent: 'e1' } : span))
    const reached = hops([entry, ...entered.filter(({ id }) => id !== 'd1')])
    const path = buildPathModel({ ...base, state: 'denied', status: 403, reached })
    expect(path.hops.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'browser ok',
      'dashboard-sidecar ok',
      'dashboard ok',
      'dashboard-sidecar ok',
      'counting-sidecar failed',
      'counting unreached',
    ])
  })

  it('marks the inbound sidecar as the one that denied', () => {
    const path = buildPathModel({ ...base, state: 'denied', status: 403, reached: upTo('a1', 'a2', 'b1', 'c1') })
    expect(marks(path)).toEqual({
      hops: ['ok', 'ok', 'ok', 'failed', 'unreached'],
      edges: ['ok', 'ok', 'ok', 'unreached'],
    })
    expect(path.hops[3]?.fault).toBe('Denied here')
  })

  it('never blames the application for a denial', () => {
    const path = buildPathModel({ ...base, known: [], state: 'denied', status: 403 })
    expect(marks(path)).toEqual({ hops: ['ok', 'ok', 'unreached'], edges: ['ok', 'failed'] })
  })

  it('marks counting when it failed itself', () => {
    expect(marks(buildPathModel({ ...base, state: 'failing', status: 500 })).hops.at(-1)).toBe('failed')
  })

  it('puts an unreachable call’s end behind the last hop its trace shows', () => {
    const path = buildPathModel({ ...base, state: 'unreachable', status: 503, reached: upTo('a1', 'a2', 'b1') })
    expect(marks(path).edges).toEqual(['ok', 'ok', 'failed', 'unreached'])
  })

  it('puts it at a sidecar that is known to be down', () => {
    const path = buildPathModel({
      ...base,
      state: 'unreachable',
      status: 503,
      mesh: mesh(sidecar('counting-sidecar', 'down')),
    })
    expect(marks(path).hops).toEqual(['ok', 'ok', 'ok', 'failed', 'unreached'])
  })

  it('puts it at a service that is known to be down', () => {
    const counting = { ...sidecar('counting', 'down'), restartsInMs: 7200 }
    const path = buildPathModel({
      ...base,
      state: 'unreachable',
      status: 503,
      mesh: { ...mesh(sidecar('counting-sidecar')), services: [counting] },
    })
    expect(marks(path).hops).toEqual(['ok', 'ok', 'ok', 'ok', 'failed'])
    expect(path.hops.at(-1)?.service).toBe(counting)
  })

  it('puts it behind the dashboard when nothing answered at all', () => {
    const path = buildPathModel({ ...base, state: 'unreachable', status: null })
    expect(marks(path).edges).toEqual(['ok', 'failed', 'unreached', 'unreached'])
  })

  it('breaks between browser and dashboard when the browser lost the dashboard', () => {
    const path = buildPathModel({ ...base, state: 'disconnected', status: null })
    expect(marks(path).edges).toEqual(['failed', 'unreached', 'unreached', 'unreached'])
    expect(marks(path).hops[0]).toBe('ok')
  })
})
