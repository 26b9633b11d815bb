import { describe, expect, it } from 'vitest'
import { parseTrace } from './parse-trace.js'
import { compareTraces } from './trace-changes.js'
import { buildTraceModel } from './trace-model.js'
import { type SpanSketch, toAnswer, wholeChain } from './trace-sketch.test-support.ts'

function model(sketches: SpanSketch[]) {
  const trace = parseTrace(toAnswer(sketches))
  if (trace === undefined) throw new Error('the fixture is not a trace')
  return buildTraceModel(trace)
}
const whole = model(wholeChain)
const denied = model(wholeChain.filter(({ id }) => id !== 'd1').map((span) => ({ ...span, status: 403 })))

describe('what changed since the last request', () => {
  it('is nothing between two whole traces, whatever their durations', () => {
    const slower = model(wholeChain.map((span) => ({ ...span, duration: (span.duration ?? 0) * 3 })))
    expect(compareTraces(whole, slower)).toEqual({ marks: new Map(), gone: [], summary: '' })
  })

  it('is a missing hop and different statuses', () => {
    const { gone, marks, summary } = compareTraces(whole, denied)
    expect(gone.map(({ service }) => service)).toEqual(['counting'])
    expect([...marks.values()]).toEqual(Array.from({ length: 4 }, () => ({ note: '', status: 'was 200' })))
    expect(summary).toBe('gone: counting · dashboard answers 403 instead of 200')
  })

  it('is a hop that is new when the rule allows again', () => {
    const { marks, gone, summary } = compareTraces(denied, whole)
    expect([...marks.values()].filter(({ note }) => note === 'new')).toHaveLength(1)
    expect([gone, summary]).toEqual([[], 'new: counting · dashboard answers 200 instead of 403'])
  })

  it('is a changed parent', () => {
    const skipping = model(wholeChain.map((span) => (span.id === 'd1' ? { ...span, parent: 'a2' } : span)))
    const { marks, summary } = compareTraces(whole, skipping)
    expect([...marks.values()]).toEqual([{ note: 'parent was counting-sidecar', status: '' }])
    expect(summary).toBe('counting has another parent')
  })

  it('is not the sidecar through which a request of the browser enters', () => {
    const entered = model([
      { id: 'e1', service: 'dashboard-sidecar', proxy: true, kind: 'server', start: 0, duration: 1100, status: 200 },
      ...wholeChain.map((span) => (span.id === 'a1' ? { ...span, parent: 'e1' } : span)),
    ])
    expect(compareTraces(whole, entered).summary).toBe('')
  })

  it('is everything after the caller when propagation is off', () => {
    const broken = model(wholeChain.filter(({ id }) => id === 'a1' || id === 'a2'))
    expect(compareTraces(whole, broken).summary).toBe('gone: dashboard-sidecar, counting-sidecar and counting')
  })
})
