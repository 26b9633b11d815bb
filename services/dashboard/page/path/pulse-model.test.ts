import { describe, expect, it } from 'vitest'
import { buildPulse, placeHops } from './pulse-model.js'

const time = (startUs: number, endUs: number, detached = false) => ({
  role: 'app' as const,
  name: 'any',
  startUs,
  endUs,
  detached,
})

describe('the pulse', () => {
  it('goes through the hops and back in proportion to their spans', () => {
    const pulse = buildPulse([time(1000, 2000), time(1250, 1750)])
    expect(pulse?.stops.map(({ hop }) => hop)).toEqual([0, 1, 2, 2, 1, 0])
    const [, a = 0, b = 0, c = 0, d = 0] = pulse?.stops.map(({ offset }) => offset) ?? []
    expect((b - a) / (d - a)).toBeCloseTo(0.25)
    expect((c - a) / (d - a)).toBeCloseTo(0.75)
    expect(pulse?.slower).toBe(900)
  })

  it('never goes back in time where clocks disagree', () => {
    const offsets = buildPulse([time(1000, 2000), time(900, 2500), time(5000, 1)])?.stops.map(({ offset }) => offset)
    expect(offsets).toEqual(offsets?.toSorted((x, y) => x - y))
    expect(offsets?.at(-1)).toBe(1)
  })

  it('turns back where the trace breaks, and is undefined without a trace', () => {
    expect(buildPulse([time(0, 9), time(1, 8, true)])?.stops.map(({ hop }) => hop)).toEqual([0, 1, 1, 0])
    expect(buildPulse([])).toBeUndefined()
  })
})

describe('where a hop of a trace is drawn', () => {
  const app = (name: string) => ({ ...time(0, 1), name })
  const drawn = ['browser', 'dashboard', 'dashboard-sidecar', 'counting'].map((name) => ({ role: 'app', name }))

  it('skips drawn hops without a span', () => {
    expect(placeHops([app('dashboard'), app('counting')], drawn)).toEqual([1, 3])
  })

  it('maps unknown hops in order, and never leaves the path', () => {
    expect(placeHops([app('a'), app('b'), app('c'), app('d'), app('e')], drawn)).toEqual([1, 2, 3, 3, 3])
  })
})
