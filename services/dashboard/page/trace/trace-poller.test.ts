import { describe, expect, it } from 'vitest'
import { parseTrace } from './parse-trace.js'
import { createTraceChaser } from './trace-poller.js'
import { fixtureTraceId, type SpanSketch, toAnswer, wholeChain } from './trace-sketch.test-support.ts'

type Version = SpanSketch[] | null

/** A backend that shows one version after the other and a clock that moves only while the chaser waits. */
function createChase(versions: Version[], expected = 0) {
  const seen = { settled: [] as { spans: number; broken: boolean }[], missing: [] as string[], lookUps: 0, clock: 0 }
  const chaser = createTraceChaser({
    async lookUp({ state }) {
      const version = versions[Math.min(seen.lookUps, versions.length - 1)]
      seen.lookUps += 1
      const trace = version ? parseTrace(toAnswer(version, { answered: state === 'connected' })) : undefined
      return trace === undefined ? { absent: 'not there' } : { trace }
    },
    onSettled: (model) => seen.settled.push({ spans: model.rows.length, broken: model.problems.length > 0 }),
    onMissing: (reason) => seen.missing.push(reason),
    expectedSpans: () => expected,
    wait: async (ms) => void (seen.clock += ms),
    now: () => seen.clock,
  })
  return { chaser, seen }
}

const connected = { traceId: fixtureTraceId, state: 'connected' as const }
const denied = { traceId: fixtureTraceId, state: 'denied' as const }
const withoutCounting = wholeChain.filter((span) => span.id !== 'd1')

describe('createTraceChaser', () => {
  it('waits through absence and growth and shows the whole trace once', async () => {
    const { chaser, seen } = createChase([null, wholeChain.slice(0, 2), wholeChain.slice(1), wholeChain])
    await chaser.offer(connected)
    expect(seen.settled).toEqual([{ spans: 5, broken: false }])
    expect(seen.lookUps).toBe(4)
  })

  it('shows a trace that stays broken as broken when its time is over', async () => {
    const { chaser, seen } = createChase([wholeChain.filter((span) => span.id !== 'b1')])
    await chaser.offer(connected)
    expect(seen.settled).toEqual([{ spans: 4, broken: true }])
    expect(seen.clock).toBeLessThanOrEqual(8000)
    expect(seen.clock).toBeGreaterThan(7000)
  })

  it('says so when no trace comes', async () => {
    const { chaser, seen } = createChase([null])
    await chaser.offer(connected)
    expect(seen).toMatchObject({ settled: [], missing: ['not there'] })
  })

  it('drops ids offered while it chases', async () => {
    const { chaser, seen } = createChase([null, wholeChain])
    const first = chaser.offer(connected)
    expect(chaser.chasing).toBe(true)
    await chaser.offer(connected)
    await first
    expect(seen.settled).toHaveLength(1)
    expect(chaser.chasing).toBe(false)
  })

  it('lets a call that ended early stand still before it believes its trace complete', async () => {
    const { chaser, seen } = createChase([withoutCounting.slice(0, 1), withoutCounting])
    await chaser.offer(denied)
    expect(seen.settled).toEqual([{ spans: 4, broken: false }])
    expect(seen.clock).toBeGreaterThan(2000)
  })

  it('needs no standing still for a denied call that shows all hops but the last', async () => {
    const { chaser, seen } = createChase([withoutCounting], 5)
    await chaser.offer(denied)
    expect(seen.lookUps).toBe(1)
  })

  it('goes on after a lookup that threw', async () => {
    const { chaser, seen } = createChase([wholeChain])
    const failing = createTraceChaser({
      lookUp: () => Promise.reject(new Error('no')),
      onSettled: () => {},
      onMissing: () => {},
      wait: async () => {},
    })
    await expect(failing.offer(connected)).rejects.toThrow('no')
    expect(failing.chasing).toBe(false)
    await chaser.offer(connected)
    expect(seen.settled).toHaveLength(1)
  })
})
