import { describe, expect, it } from 'vitest'
import { parseTrace } from './parse-trace.js'
import { createTracePoller } from './trace-poller.js'
import { FIXTURE_TRACE_ID, type SpanSketch, toAnswer, wholeChain } from './trace-sketch.test-support.ts'

type Version = SpanSketch[] | null

/** A backend with one version of the trace after another, and a clock that moves only while the poller waits. */
function startPoller(versions: Version[], expected = 0) {
  const seen = { settled: [] as { spans: number; broken: boolean }[], missing: [] as string[], lookUps: 0, clock: 0 }
  const poller = createTracePoller({
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
  return { poller, seen }
}

const connected = { traceId: FIXTURE_TRACE_ID, state: 'connected' as const, appSpans: true }
const denied = { traceId: FIXTURE_TRACE_ID, state: 'denied' as const, appSpans: true }
const withoutCounting = wholeChain.filter((span) => span.id !== 'd1')

describe('createTracePoller', () => {
  it('waits through absence and growth and shows the whole trace once', async () => {
    const { poller, seen } = startPoller([null, wholeChain.slice(0, 2), wholeChain.slice(1), wholeChain])
    await poller.offer(connected)
    expect(seen.settled).toEqual([{ spans: 5, broken: false }])
    expect(seen.lookUps).toBe(4)
  })

  it('shows a trace as broken if it is still broken at the deadline', async () => {
    const { poller, seen } = startPoller([wholeChain.filter((span) => span.id !== 'b1')])
    await poller.offer(connected)
    expect(seen.settled).toEqual([{ spans: 4, broken: true }])
    expect(seen.clock).toBeLessThanOrEqual(8000)
    expect(seen.clock).toBeGreaterThan(7000)
  })

  it('reports a missing trace', async () => {
    const { poller, seen } = startPoller([null])
    await poller.offer(connected)
    expect(seen).toMatchObject({ settled: [], missing: ['not there'] })
  })

  it('polls the last trace that was offered meanwhile afterwards', async () => {
    const { poller, seen } = startPoller([wholeChain, withoutCounting, wholeChain])
    const first = poller.offer(connected)
    await poller.offer(denied)
    await poller.offer(connected)
    await first
    expect(seen.settled).toEqual([
      { spans: 5, broken: false },
      { spans: 5, broken: false },
    ])
    expect(poller.polling).toBe(false)
  })

  it('waits for the trace of an early end to stop growing', async () => {
    const { poller, seen } = startPoller([withoutCounting.slice(0, 1), withoutCounting])
    await poller.offer(denied)
    expect(seen.settled).toEqual([{ spans: 4, broken: false }])
    expect(seen.clock).toBeGreaterThan(2000)
  })

  it('does not wait for a denied call with all hops but the last', async () => {
    const { poller, seen } = startPoller([withoutCounting], 5)
    await poller.offer(denied)
    expect(seen.lookUps).toBe(1)
  })

  it('continues after a failed lookup', async () => {
    const { poller, seen } = startPoller([wholeChain])
    const failing = createTracePoller({
      lookUp: () => Promise.reject(new Error('no')),
      onSettled: () => {},
      onMissing: () => {},
      wait: async () => {},
    })
    await expect(failing.offer(connected)).rejects.toThrow('no')
    expect(failing.polling).toBe(false)
    await poller.offer(connected)
    expect(seen.settled).toHaveLength(1)
  })
})
