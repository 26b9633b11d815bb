import { describe, expect, it } from 'vitest'
import { type SpanSketch, toJaeger, wholeChain } from '../trace-sketch.test-support.ts'
import { judgeTrace } from './judge-trace.ts'
import { TLV104 } from './TLV104.ts'

function judge(sketches: readonly SpanSketch[], options = {}) {
  const verdict = judgeTrace(toJaeger(sketches), options)
  if (verdict === undefined) throw new Error('the sketch is not a trace')
  return verdict
}

const codes = (sketches: readonly SpanSketch[], options = {}) =>
  judge(sketches, options).problems.map(({ code }) => code)
const without = (id: string) => wholeChain.filter((span) => span.id !== id)
const replace = (id: string, change: Partial<SpanSketch>) =>
  wholeChain.map((span) => (span.id === id ? { ...span, ...change } : span))

/** Counting’s sidecar as a shared span of the dashboard’s: the same id, as its server. */
const sharing: SpanSketch = {
  id: 'b1',
  parent: 'a2',
  service: 'counting-sidecar',
  kind: 'server',
  proxy: true,
  start: 250,
}

describe('judgeTrace', () => {
  it('orders spans by their parent ids, in any input order, and finds nothing wrong', () => {
    const { spans, problems, reachesUpstream } = judge(wholeChain)
    expect(spans.map(({ spanId, depth }) => [spanId, depth])).toEqual([
      ['a1', 0],
      ['a2', 1],
      ['b1', 2],
      ['c1', 3],
      ['d1', 4],
    ])
    expect(problems).toEqual([])
    expect(reachesUpstream).toBe(true)
  })

  it('keeps siblings in the order in which they started', () => {
    const retried = [
      ...without('d1'),
      { id: 'r2', parent: 'b1', service: 'x', start: 500 },
      { id: 'r1', parent: 'b1', service: 'x', start: 230 },
    ]
    expect(judge(retried).spans.map(({ spanId }) => spanId)).toEqual(['a1', 'a2', 'b1', 'r1', 'c1', 'r2'])
  })

  it('reports a second root', () => {
    const cut = wholeChain.map(({ parent, ...span }) =>
      span.id === 'c1' || parent === undefined ? span : { ...span, parent },
    )
    expect(codes(cut)).toEqual(['several-roots'])
    expect(judge(cut).problems[0]?.text).toBe(
      'This trace starts 2 times: dashboard (app, server), counting-sidecar (sidecar, server).',
    )
  })

  it('reports a parent that is not in the trace, even for the first span', () => {
    expect(codes(without('b1'))).toEqual(['several-roots', 'missing-parent'])
    expect(judge(without('b1')).spans.find(({ spanId }) => spanId === 'c1')).toMatchObject({ depth: 0, orphan: true })
    expect(codes(replace('a1', { parent: 'ee' }))).toEqual(['missing-parent'])
  })

  it('reports an application whose parent is the call of another, past the sidecars of that call', () => {
    expect(codes(replace('d1', { parent: 'a2' }))).toEqual(['skipped-sidecars'])
    expect(judge(replace('d1', { parent: 'a2' })).problems[0]?.text).toBe(
      'The parent of counting (app, server) is dashboard (app, client), past the sidecars between them.',
    )
    // Without sidecars that report to this trace there is nothing to skip.
    const apps = wholeChain
      .filter(({ proxy }) => !proxy)
      .map((span) => (span.id === 'd1' ? { ...span, parent: 'a2' } : span))
    expect(codes(apps)).toEqual([])
  })

  it('reports a span id that two hops share', () => {
    expect(codes([...wholeChain, { id: 'b1', parent: 'a2', service: 'counting-sidecar', proxy: true }])).toEqual([
      'shared-span-id',
    ])
  })

  it('places the children of a span id that a client and a server share below it, once', () => {
    const shared = [
      { id: 'a1', service: 'a', kind: 'client', start: 0 },
      { id: 'a1', service: 'b', kind: 'server', start: 10 },
      { id: 'c1', parent: 'a1', service: 'c', kind: 'server', start: 20 },
    ]
    expect(judge(shared).spans.map(({ spanId, service, depth }) => [spanId, service, depth])).toEqual([
      ['a1', 'a', 0],
      ['c1', 'c', 1],
    ])
    expect(codes(shared)).toEqual(['shared-span-id'])
  })

  it('survives spans that are their own ancestors, and reports them', () => {
    const loop = [
      { id: 'x', parent: 'y', service: 'a' },
      { id: 'y', parent: 'x', service: 'b' },
    ]
    expect(judge([...wholeChain, ...loop]).spans).toHaveLength(7)
    expect(codes([...wholeChain, ...loop])).toContain('parent-loop')
  })

  it('reports sidecars that are siblings, as a frozen b3 leaves them', () => {
    const siblings = wholeChain.map((span) =>
      span.id === 'c1' || span.id === 'd1' ? { ...span, parent: 'a2', start: (span.start ?? 0) + 1 } : span,
    )
    // The first sidecar has to enclose the second in time.
    const long = siblings.map((span) => ({ ...span, durationUs: span.id === 'b1' ? 200 : 10 }))
    expect(codes(long)).toEqual(['sibling-sidecars'])
    expect(judge(long).problems[0]).toMatchObject({
      text: 'The parent of counting-sidecar (sidecar, server) is dashboard (app, client), not dashboard-sidecar (sidecar, client) between them.',
      finding: { id: 'TLV105' },
    })
  })

  it.each<[string, SpanSketch[], (string | undefined)[]]>([
    ['a caller outside reports elsewhere', replace('a1', { parent: 'ee' }), ['TLV308']],
    ['the app before a sidecar reports nothing', without('a2'), [undefined, 'TLV305']],
    ['a sidecar before an app reports nothing', without('c1'), [undefined, undefined]],
    ['the callee’s parent skips the sidecars', replace('d1', { parent: 'a2' }), ['TLV104']],
    [
      'both sides of a call share a span id',
      [...replace('d1', { parent: 'b1' }).filter(({ id }) => id !== 'c1'), sharing],
      ['TLV404'],
    ],
    ['another span has the same id', [...wholeChain, { ...sharing, kind: 'internal' }], [undefined]],
  ])('calls it what the catalogue does, or nothing: %s', (_what, sketches, ids) => {
    expect(judge(sketches).problems.map(({ finding }) => finding?.id)).toEqual(ids)
  })

  it('takes the fix from the catalogue, for the language of the hop', () => {
    const fixOf = (trace: Record<string, unknown>) => judgeTrace(trace)?.problems[0]?.finding
    const skipped = toJaeger(replace('d1', { parent: 'a2' }))
    expect(fixOf(skipped)).toEqual({
      id: 'TLV104',
      title: TLV104.title,
      fix: TLV104.fixes[0]?.text,
      docs: 'docs/findings/TLV104.md',
    })
    const language = [{ key: 'telemetry.sdk.language', type: 'string', value: 'nodejs' }]
    for (const process of Object.values(skipped['processes'] as Record<string, object>)) {
      Object.assign(process, { tags: language })
    }
    expect(fixOf(skipped)?.fix).toMatch(/MeshPropagator/)
  })

  it('names what may have cut off a trace that does not reach the upstream, the app first', () => {
    expect(judge(without('d1')).suspects.map(({ id }) => id)).toEqual(['TLV101', 'TLV103', 'TLV202'])
    expect(judge(wholeChain).suspects).toEqual([])
  })

  it('names what may have kept proxies out of a trace that reaches the upstream without one', () => {
    const apps = replace('d1', { parent: 'a2' }).filter(({ proxy }) => proxy !== true)
    expect(judge(apps).suspects.map(({ id }) => id)).toEqual(['TLV103'])
  })

  /** Hops in front of the dashboard, which becomes the child of the last one. */
  const behind = (...front: SpanSketch[]): SpanSketch[] => [
    ...front,
    ...replace('a1', { parent: front.at(-1)?.id ?? '' }),
  ]
  const edge: SpanSketch = { id: 'e1', service: 'edge', kind: 'server', proxy: true }
  const onward: SpanSketch = { ...edge, id: 'e2', parent: 'e1', kind: 'client', name: 'router x egress' }
  const inbound: SpanSketch = { id: 'e3', service: 'dashboard-sidecar', kind: 'server', proxy: true }

  it.each<[string, SpanSketch[], string[]]>([
    ['with one span', behind(edge, { ...inbound, parent: 'e1' }), ['e1']],
    ['with one span for each side', behind(edge, onward, { ...inbound, parent: 'e2' }), ['e1', 'e2']],
    [
      'that tried twice',
      behind(edge, { ...onward, id: 'e4', start: -5 }, onward, { ...inbound, parent: 'e2' }),
      ['e1', 'e4', 'e2'],
    ],
    [
      'behind another',
      behind({ ...edge, id: 'e0', service: 'lb' }, { ...edge, parent: 'e0' }, { ...inbound, parent: 'e1' }),
      ['e0', 'e1'],
    ],
    ['by its node id alone', [{ ...edge, node: 'router~10.0.0.1~edge.shop~shop.svc' }], ['e1']],
    ['a waypoint, by its node id', [{ ...edge, node: 'waypoint~10.0.0.1~w.shop~shop.svc' }], ['e1']],
    ['none: a sidecar in front of its app', behind(inbound), []],
    ['none: sidecars of a call', wholeChain, []],
    [
      'none: a sidecar by its node id, before an app without spans',
      behind({ ...edge, node: 'sidecar~10.0.0.1~edge.shop~shop.svc' }, { ...inbound, parent: 'e1' }),
      [],
    ],
    [
      'none: in and out of one sidecar again, around an app without spans',
      [
        inbound,
        { ...inbound, id: 'e4', parent: 'e3', kind: 'client', name: 'x egress' },
        { ...sharing, id: 'c9', parent: 'e4' },
      ],
      [],
    ],
  ])('knows a gateway %s', (_what, sketches, gateways) => {
    expect(
      judge(sketches)
        .spans.filter(({ gateway }) => gateway)
        .map(({ spanId }) => spanId),
    ).toEqual(gateways)
  })

  it('calls a gateway one where it names it in a problem', () => {
    const apart = [...wholeChain, edge, { ...inbound, parent: 'e1' }]
    expect(judge(apart).problems[0]?.text).toBe(
      'This trace starts 2 times: dashboard (app, server), edge (gateway, server).',
    )
  })

  it('reports a missing upstream application only if it is known to have answered', () => {
    expect(codes(without('d1'), { answered: true })).toEqual(['missing-upstream'])
    expect(codes(without('d1'))).toEqual([])
    expect(judge(without('d1')).reachesUpstream).toBe(false)
  })

  it('finds nothing in an empty trace, and refuses what is not a trace', () => {
    expect(judge([])).toMatchObject({ spans: [], problems: [] })
    for (const value of [null, [], {}, { traceID: 'no', spans: [] }, { traceID: 'a'.repeat(32), spans: 'x' }]) {
      expect(judgeTrace(value)).toBeUndefined()
    }
  })

  it('leaves out unreadable spans and truncates long names', () => {
    const verdict = judgeTrace({
      traceID: 'A'.repeat(32),
      processes: { p: { serviceName: 'x'.repeat(5000) } },
      spans: [
        null,
        { spanID: 'a', startTime: 'soon' },
        { spanID: 'b', startTime: 1, duration: -5, processID: 'p', tags: 'none' },
      ],
    })
    expect(verdict?.traceId).toBe('a'.repeat(32))
    expect(verdict?.spans).toHaveLength(1)
    expect(verdict?.spans[0]?.service).toHaveLength(100)
    expect(verdict?.spans[0]).toMatchObject({ durationUs: 0, kind: null, status: null, parentId: null })
  })
})
