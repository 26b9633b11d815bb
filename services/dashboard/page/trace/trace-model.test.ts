import { describe, expect, it } from 'vitest'
import { parseTrace } from './parse-trace.js'
import { buildTraceModel } from './trace-model.js'
import { type SpanSketch, toAnswer, wholeChain } from './trace-sketch.test-support.ts'

function modelOf(sketches: SpanSketch[]) {
  const trace = parseTrace(toAnswer(sketches))
  if (trace === undefined) throw new Error('the fixture is not a trace')
  return buildTraceModel(trace)
}

const without = (id: string) => wholeChain.filter((span) => span.id !== id)

describe('buildTraceModel', () => {
  it('orders and nests spans by their parent ids, in any input order', () => {
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

  it('recognizes a sidecar by its tag, not by its name', () => {
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

  it('closes the branch at the last of some siblings only', () => {
    const retried = [...wholeChain, { id: 'r2', parent: 'b1', service: 'x', start: 500 }]
    expect(
      modelOf(retried)
        .rows.filter((row) => row.lastChild)
        .map((row) => row.spanId),
    ).toEqual(['a2', 'b1', 'd1', 'r2'])
  })

  it('draws a span without its parent at the margin, with the problems that the dashboard names', () => {
    const { rows, problems } = modelOf(without('b1'))
    expect(rows.find((row) => row.spanId === 'c1')).toMatchObject({ depth: 0, orphan: true })
    expect(problems.map(({ code }) => code)).toEqual(['several-roots', 'missing-parent'])
    expect(problems[0]?.text).toMatch(/^This trace starts 2 times/)
  })

  it('survives spans that are their own ancestors', () => {
    const loop = [
      { id: 'x', parent: 'y', service: 'a' },
      { id: 'y', parent: 'x', service: 'b' },
    ]
    expect(modelOf([...wholeChain, ...loop]).rows).toHaveLength(7)
  })

  it('draws a span id that was reported twice once', () => {
    expect(modelOf([...wholeChain, { id: 'b1', parent: 'a2', service: 'x' }]).rows).toHaveLength(5)
  })

  it('makes an empty model from an empty trace', () => {
    expect(modelOf([])).toMatchObject({ rows: [], problems: [], durationUs: 0 })
  })
})

describe('parseTrace', () => {
  it.each([null, [], {}, { traceID: 'no', spans: [] }, { traceID: 'a'.repeat(32), spans: 'x' }])(
    'refuses %j',
    (value) => {
      expect(parseTrace({ data: [value] })).toBeUndefined()
      expect(parseTrace(value)).toBeUndefined()
    },
  )

  it('ignores a verdict that it cannot read', () => {
    const verdict = { problems: [null, { code: 7, text: 'x'.repeat(9000) }], reachesUpstream: 'yes' }
    const trace = parseTrace({ ...toAnswer(wholeChain), verdict })
    expect(trace).toMatchObject({ problems: [{ code: 'unknown', cause: '' }], reachesUpstream: false })
    expect(trace?.problems[0]?.text).toHaveLength(2000)
  })

  it('leaves out unreadable spans and truncates long names', () => {
    const stored = {
      traceID: 'A'.repeat(32),
      processes: { p: { serviceName: 'x'.repeat(5000) } },
      spans: [
        null,
        { spanID: 'a', startTime: 'soon' },
        { spanID: 'b', startTime: 1, duration: -5, processID: 'p', tags: 'none' },
      ],
    }
    const trace = parseTrace({ data: [stored] })
    expect(trace?.traceId).toBe('a'.repeat(32))
    expect(trace?.spans).toHaveLength(1)
    expect(trace?.spans[0]?.service).toHaveLength(100)
    expect(trace?.spans[0]).toMatchObject({ durationUs: 0, kind: null, status: null, parentId: null })
  })
})
