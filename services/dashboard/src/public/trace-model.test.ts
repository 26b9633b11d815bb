import { describe, expect, it } from 'vitest'
import { parseTrace } from '../../public/parse-trace.js'
import { buildTraceModel } from '../../public/trace-model.js'
import { type SpanSketch, toJaeger, wholeChain } from './trace-fixture.ts'

function modelOf(sketches: SpanSketch[], options = {}) {
  const trace = parseTrace(toJaeger(sketches))
  if (trace === undefined) throw new Error('the fixture is not a trace')
  return buildTraceModel(trace, options)
}

const codes = (sketches: SpanSketch[], options = {}) => modelOf(sketches, options).problems.map(({ code }) => code)
const without = (id: string) => wholeChain.filter((span) => span.id !== id)
const replace = (id: string, change: Partial<SpanSketch>) =>
  wholeChain.map((span) => (span.id === id ? { ...span, ...change } : span))

describe('buildTraceModel', () => {
  it('orders and nests spans by their parent ids, whatever order they came in', () => {
    const { rows, problems } = modelOf(wholeChain)
    expect(rows.map((row) => [row.spanId, row.depth, row.parentService])).toEqual([
      ['a1', 0, null],
      ['a2', 1, 'dashboard'],
      ['b1', 2, 'dashboard'],
      ['c1', 3, 'dashboard-sidecar'],
      ['d1', 4, 'counting-sidecar'],
    ])
    expect(problems).toEqual([])
  })

  it('places a bar by its start and length within the whole trace', () => {
    const { rows, durationUs } = modelOf(wholeChain)
    expect(durationUs).toBe(1000)
    expect(rows[2]).toMatchObject({ offsetUs: 200, left: 0.2, width: 0.4 })
  })

  it('knows a sidecar by its tag and not by its name', () => {
    const { rows } = modelOf([{ id: 'a', service: 'counting', proxy: true, kind: 'server' }])
    expect(rows[0]).toMatchObject({ proxy: true, kind: 'server', service: 'counting' })
  })

  it('calls only the deepest failed span the origin of the failure', () => {
    const failed = wholeChain.map((span) => ({ ...span, status: span.id === 'a1' ? 502 : 403 }))
    const { rows } = modelOf(failed.filter((span) => span.id !== 'd1'))
    expect(rows.filter((row) => row.failed)).toHaveLength(4)
    expect(rows.filter((row) => row.origin).map((row) => row.spanId)).toEqual(['c1'])
  })

  it('keeps siblings in the order they started in', () => {
    const retried = [
      ...without('d1'),
      { id: 'r2', parent: 'b1', service: 'x', start: 500 },
      { id: 'r1', parent: 'b1', service: 'x', start: 230 },
    ]
    expect(modelOf(retried).rows.map((row) => row.spanId)).toEqual(['a1', 'a2', 'b1', 'r1', 'c1', 'r2'])
  })

  it('reports a second root', () => {
    const cut = wholeChain.map(({ parent, ...span }) =>
      span.id === 'c1' || parent === undefined ? span : { ...span, parent },
    )
    expect(codes(cut)).toEqual(['several-roots'])
  })

  it('reports a parent that is not in the trace and shows its child at the margin', () => {
    expect(codes(without('b1'))).toEqual(['several-roots', 'missing-parent'])
    expect(modelOf(without('b1')).rows.find((row) => row.spanId === 'c1')).toMatchObject({ depth: 0, orphan: true })
  })

  it('reports a first span whose parent is missing, too', () => {
    expect(codes(replace('a1', { parent: 'ee' }))).toEqual(['missing-parent'])
  })

  it('reports a span id that two hops share', () => {
    expect(codes([...wholeChain, { id: 'b1', parent: 'a2', service: 'counting-sidecar', proxy: true }])).toEqual([
      'shared-span-id',
    ])
  })

  it('survives spans that are their own ancestors, and says so', () => {
    const loop = [
      { id: 'x', parent: 'y', service: 'a' },
      { id: 'y', parent: 'x', service: 'b' },
    ]
    expect(modelOf([...wholeChain, ...loop]).rows).toHaveLength(7)
    expect(codes([...wholeChain, ...loop])).toContain('parent-loop')
  })

  it('misses the far application only when it is known to have answered', () => {
    expect(codes(without('d1'), { answered: true })).toEqual(['missing-upstream'])
    expect(codes(without('d1'))).toEqual([])
  })

  it('makes an empty model of an empty trace', () => {
    expect(modelOf([])).toMatchObject({ rows: [], problems: [], durationUs: 0 })
  })
})

describe('parseTrace', () => {
  it.each([null, [], {}, { traceID: 'no', spans: [] }, { traceID: 'a'.repeat(32), spans: 'x' }])(
    'refuses %j',
    (value) => {
      expect(parseTrace(value)).toBeUndefined()
    },
  )

  it('leaves out spans it cannot read and cuts long names', () => {
    const trace = parseTrace({
      traceID: 'A'.repeat(32),
      processes: { p: { serviceName: 'x'.repeat(5000) } },
      spans: [
        null,
        { spanID: 'a', startTime: 'soon' },
        { spanID: 'b', startTime: 1, duration: -5, processID: 'p', tags: 'none' },
      ],
    })
    expect(trace?.traceId).toBe('a'.repeat(32))
    expect(trace?.spans).toHaveLength(1)
    expect(trace?.spans[0]?.service).toHaveLength(100)
    expect(trace?.spans[0]).toMatchObject({ durationUs: 0, kind: null, status: null, parentId: null })
  })
})
