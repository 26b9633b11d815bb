import { describe, expect, it } from 'vitest'
import { type SpanSketch, toJaeger, wholeChain } from '../trace-sketch.test-support.ts'
import { judgeTrace } from './judge-trace.ts'

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
