import { describe, expect, it } from 'vitest'
import { parseTrace } from '../trace/parse-trace.js'
import { buildPathModel } from './path-model.js'
import { hopsOf } from './traced-hops.js'
import { buildTraceModel } from '../trace/trace-model.js'
import { type SpanSketch, toAnswer, wholeChain } from '../trace/trace-sketch.test-support.ts'

function hops(sketches: SpanSketch[]) {
  const trace = parseTrace(toAnswer(sketches))
  if (trace === undefined) throw new Error('the fixture is not a trace')
  return hopsOf(buildTraceModel(trace))
}

const base = { status: 200, known: hops(wholeChain), reached: null, mesh: null }
const sidecar = (name: string, state: 'ready' | 'down' = 'ready', nodeId: string | null = null) => ({
  name,
  nodeId,
  state,
  reason: null,
  restarts: 0,
  restartsInMs: null,
})
const mesh = (...sidecars: ReturnType<typeof sidecar>[]) => ({
  mesh: 'static-envoy',
  tracer: 'none',
  tracers: ['none'],
  access: 'allowed' as const,
  sidecars,
  services: [] as ReturnType<typeof sidecar>[],
  settings: [],
  bypass: null,
  links: [],
})
const marks = ({ hops: nodes, edges }: ReturnType<typeof buildPathModel>) => ({
  hops: nodes.map((hop) => hop.status),
  edges: edges.map((edge) => edge.status),
})

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
