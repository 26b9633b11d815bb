import { describe, expect, it } from 'vitest'
import { buildPathModel } from './path-model.js'
import { base, hops, marks, mesh, sidecar } from './path-model.test-support.ts'
import { wholeChain } from '../trace/trace-sketch.test-support.ts'

describe('with a service of the user in the place of counting', () => {
  const upTo4 = wholeChain.filter(({ id }) => id !== 'd1')
  const out = { id: 'e1', parent: 'c1', service: 'counting-sidecar', proxy: true, kind: 'client', start: 300 }
  const behind = { id: 'f1', parent: 'e1', service: 'counting', kind: 'server', start: 320 }
  const traced = { id: 'd1', parent: 'c1', service: 'orders', kind: 'server', start: 300 }
  const [front, yours] = [['browser', 'dashboard', 'dashboard-sidecar', 'counting-sidecar'], 'your service']

  it.each([
    ['without spans', upTo4, [...front, yours]],
    [
      'without spans, which passes the trace on',
      [...upTo4, out, behind],
      [...front, yours, 'counting-sidecar', 'counting'],
    ],
    ['with spans', [...upTo4, traced], [...front, 'orders']],
    [
      'with spans, which calls another',
      [...upTo4, traced, { ...out, parent: 'd1' }, behind],
      [...front, 'orders', 'counting-sidecar', 'counting'],
    ],
    ['before the first trace', [], ['browser', 'dashboard', yours]],
  ])('draws it where it is: %s', (_what, sketches, expected) => {
    const known = sketches.length === 0 ? [] : hops(sketches)
    const path = buildPathModel({ ...base, known, state: 'connected', ownService: true })
    expect(path.hops.map(({ label }) => label)).toEqual(expected)
    const own = path.hops.find((hop) => hop.own !== undefined)
    expect(own?.detail).toBe(own?.label === yours ? 'no span of its own' : yours)
    expect(
      marks(buildPathModel({ ...base, known, state: 'failing', status: 500, ownService: true })).hops.indexOf('failed'),
    ).toBe(path.hops.findIndex((hop) => hop.own !== undefined))
  })

  it('keeps its sidecar when sidecars have no tracer, and shows its process', () => {
    const services = [{ ...sidecar('your service', 'down'), restartsInMs: 2000 }]
    const status = { ...mesh(sidecar('dashboard-sidecar'), sidecar('counting-sidecar')), services }
    const known = hops([{ id: 'a1', service: 'dashboard', kind: 'server' }])
    const path = buildPathModel({ ...base, known, state: 'connected', ownService: true, mesh: status })
    expect(path.hops.map(({ label }) => label)).toEqual([...front, yours])
    expect(path.hops.at(-1)?.service?.state).toBe('down')
  })
})
