import { pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { createTraffic } from './traffic.ts'
import { asksForBrokenTrace, parseTrafficChange, trafficBaggage, type TrafficSettings } from './traffic-settings.ts'

const quiet: TrafficSettings = { rate: 'off', fault: null, propagation: true }

function traffic(options: { initial?: TrafficSettings; isWatched?: () => boolean; hang?: boolean } = {}) {
  const sent: (string | undefined)[] = []
  const made = createTraffic({
    initial: options.initial ?? quiet,
    isWatched: options.isWatched ?? (() => true),
    send: async (headers) => {
      sent.push(headers['baggage'])
      if (options.hang) await new Promise(() => {})
    },
  })
  return { ...made, sent, [Symbol.dispose]: () => made.stop() }
}

describe('traffic', () => {
  it('sends nothing when it is off', () => {
    using made = traffic()
    made.wake()
    expect(made.sent).toEqual([])
  })

  it('starts at once when a viewer arrives', () => {
    using made = traffic({ initial: { ...quiet, rate: 'auto' } })
    made.wake()
    made.wake()
    expect(made.sent).toHaveLength(1)
  })

  it('flows without a viewer at a fixed rate', async () => {
    using made = traffic({ isWatched: () => false })
    made.change({ rate: '10' })
    expect(await pollUntil(() => made.sent.length >= 3, { what: 'three requests', deadline: 3000 })).toBe(true)
  })

  it('makes a burst of exactly the requested size', async () => {
    using made = traffic()
    made.burst(50)
    expect(await pollUntil(() => made.sent.length === 50, { what: 'fifty requests' })).toBe(true)
  })

  it('does not pile up on an upstream that hangs', async () => {
    using made = traffic({ hang: true })
    for (let i = 0; i < 10; i++) made.burst(50)
    for (let i = 0; i < 100; i++) made.crash()
    await pollUntil(() => made.sent.length >= 30, { what: 'the limit' })
    expect(made.sent).toHaveLength(30)
  })

  it('sends its settings as baggage on the request', () => {
    using made = traffic()
    made.change({ fault: 'delay:500', propagation: false })
    made.burst(1)
    made.crash()
    expect(made.sent).toEqual([
      'throughline-fault=delay:500,throughline-propagation=off',
      'throughline-fault=crash,throughline-propagation=off',
    ])
  })
})

describe('traffic settings', () => {
  it.each([{ rate: '10' }, { fault: 'error:0.5' }, { fault: null }, { fault: 'trickle:3000', propagation: false }, {}])(
    'take %j',
    (change) => expect(parseTrafficChange(change)).toEqual(change),
  )

  it.each([
    { rate: '1000' },
    { fault: 'crash' },
    { fault: 'delay:0' },
    { fault: 5 },
    { propagation: 'off' },
    null,
    'x',
  ])('refuse %j', (change) => expect(parseTrafficChange(change)).toBeUndefined())

  it('request nothing by default, and a broken trace by one member', () => {
    expect(trafficBaggage(quiet)).toBeUndefined()
    expect(asksForBrokenTrace(trafficBaggage({ ...quiet, propagation: false }))).toBe(true)
    expect(asksForBrokenTrace('throughline-propagation=on')).toBe(false)
    expect(asksForBrokenTrace(undefined)).toBe(false)
  })
})
