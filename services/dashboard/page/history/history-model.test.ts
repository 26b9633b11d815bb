import { describe, expect, it } from 'vitest'
import { createHistoryModel, latencyHeight, STRIP_SECONDS } from './history-model.js'
import { parseEntries, parseTraffic } from '../shared/wire.js'

const NOW_MS = 1_700_000_000_000
const entry = (seq: number, values: object = {}) => ({
  seq,
  at: new Date(NOW_MS).toISOString(),
  state: 'connected',
  count: seq,
  durationMs: 5,
  traceId: null,
  ...values,
})

describe('the history of the page', () => {
  it('puts a second of requests into one bar: the worst state, the slowest request', () => {
    const model = createHistoryModel()
    model.add(parseEntries([entry(1), entry(2, { state: 'denied' }), entry(3, { durationMs: 90 })]), false)
    expect(model.buckets(NOW_MS).at(-1)).toMatchObject({ count: 3, longestMs: 90, worst: { seq: 2, state: 'denied' } })
    expect(model.newest().map(({ seq }) => seq)).toEqual([3, 2, 1])
  })

  it('knows how many replicas answered lately', () => {
    const model = createHistoryModel()
    const hostnames = ['pod-1', 'pod-2', 'pod-1', null]
    model.add(parseEntries(hostnames.map((hostname, index) => entry(index, { hostname }))), false)
    expect(model.replicas()).toBe(2)
  })

  it('leaves a gap without requests', () => {
    const model = createHistoryModel()
    model.add(parseEntries([entry(1, { at: new Date(NOW_MS - 10_000).toISOString() })]), false)
    const bars = model.buckets(NOW_MS)
    expect(bars).toHaveLength(STRIP_SECONDS)
    expect(bars.flatMap((bar, index) => (bar === undefined ? [] : [index]))).toEqual([STRIP_SECONDS - 11])
  })

  it('stays bounded however long it runs, and forgets everything on a reset', () => {
    const model = createHistoryModel()
    for (let i = 0; i < 20_000; i++) {
      model.add(parseEntries([entry(i, { at: new Date(NOW_MS + i * 1000).toISOString() })]), false)
    }
    expect(model.newest()).toHaveLength(40)
    expect(model.buckets(NOW_MS + 19_999_000).filter(Boolean)).toHaveLength(STRIP_SECONDS)
    expect(model.buckets(NOW_MS).filter(Boolean)).toHaveLength(0)
    model.add([], true)
    expect(model.newest()).toEqual([])
  })

  it('draws a slower request taller, within bounds', () => {
    const heights = [0, 1, 5, 50, 500, 2000, 60_000].map(latencyHeight)
    expect(heights).toEqual(heights.toSorted((a, b) => a - b))
    expect(Math.min(...heights)).toBeGreaterThan(0)
    expect(Math.max(...heights)).toBe(1)
  })
})

describe('data from the dashboard', () => {
  it('accepts readable entries and ignores the others', () => {
    expect(parseEntries([entry(1), null, { state: 'connected' }, entry(2, { at: 'soon' })])).toHaveLength(1)
    expect(parseEntries('no')).toEqual([])
  })

  it('reads valid traffic settings only', () => {
    expect(parseTraffic({ rate: '10', fault: 'delay:5', propagation: false })).toEqual({
      rate: '10',
      fault: 'delay:5',
      propagation: false,
    })
    expect(parseTraffic({ rate: 'much' })).toBeUndefined()
    expect(parseTraffic(null)).toBeUndefined()
  })
})
