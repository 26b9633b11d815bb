import { describe, expect, it } from 'vitest'
import type { HopExplanation } from './explanation.ts'
import { createHistory } from './history.ts'

const explanation: HopExplanation = { service: 'dashboard', hostname: null, received: {}, caller: null, calls: [] }
const entry = (traceId: string) => ({
  state: 'connected' as const,
  count: 1,
  hostname: 'pod-1',
  status: 200,
  code: null,
  reason: null,
  traceId,
  durationMs: 1,
  at: '2025-01-01T00:00:00Z',
})

describe('the history', () => {
  it('continues where a reader left off', () => {
    const history = createHistory()
    history.add(entry('a'), explanation)
    const place = history.cursor()
    expect(history.after(place)).toEqual({ reset: false, entries: [] })
    history.add(entry('b'), explanation)
    history.add(entry('c'), explanation)
    expect(history.after(place).entries.map(({ traceId }) => traceId)).toEqual(['b', 'c'])
  })

  it.each([undefined, '', 'other-1', 'nonsense', '-', 'x-1-2'])('starts over for the unknown cursor %j', (place) => {
    const history = createHistory()
    history.add(entry('a'), explanation)
    expect(history.after(place)).toMatchObject({ reset: true, entries: [{ traceId: 'a' }] })
  })

  it('starts over for a cursor that is too old or in the future', () => {
    const history = createHistory({ limit: 10, page: 5 })
    const place = history.cursor()
    for (let i = 0; i < 20; i++) history.add(entry(String(i)), explanation)
    expect(history.after(place)).toMatchObject({ reset: true })
    expect(history.after(place).entries).toHaveLength(5)
    expect(history.after(history.cursor().replace(/\d+$/, '9999')).reset).toBe(true)
  })

  it('keeps a bounded number of requests', () => {
    const history = createHistory({ limit: 100 })
    for (let i = 0; i < 5000; i++) history.add(entry(String(i)), explanation)
    expect(history.explanation('4999')).toBeDefined()
    expect(history.explanation('4800')).toBeUndefined()
  })

  it('uses bounded memory, whatever the requests contained', () => {
    const history = createHistory({ maxBytes: 100_000 })
    const received = { tracestate: 'x'.repeat(5000) }
    for (let i = 0; i < 100; i++) history.add(entry(String(i)), { ...explanation, received })
    expect(history.explanation('99')?.explanation.received).toEqual(received)
    expect(history.after(undefined).entries.length).toBeLessThan(10)
  })

  it('notifies listeners until they unsubscribe', () => {
    const history = createHistory()
    const heard: string[] = []
    const stop = history.subscribe(({ traceId }) => heard.push(traceId ?? ''))
    history.add(entry('a'), explanation)
    stop()
    history.add(entry('b'), explanation)
    expect(heard).toEqual(['a'])
  })
})
