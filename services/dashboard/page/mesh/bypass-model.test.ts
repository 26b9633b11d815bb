import { describe, expect, it } from 'vitest'
import { buildBypassPanel, parseBypassResult } from './bypass-model.js'

const said = '200: counted, bypassing its sidecar, while the rule says denied.'
const tried = (way: 'open' | 'closed' | 'unclear', disagreement: string | null = null) => ({
  atMs: 0,
  way,
  url: 'http://10.0.0.1:9001',
  said,
  disagreement,
})
const bypass = (closed: boolean) => ({ address: 'http://127.0.0.1:9001', closed, reason: 'As configured.' })
const base = { bypass: bypass(false), canTry: true, tried: null, state: 'connected' as const }

describe('the panel of the bypass', () => {
  it('says what the mesh says, and why', () => {
    expect(buildBypassPanel(base)).toMatchObject({
      visible: true,
      state: 'open',
      label: 'Open',
      reason: 'As configured.',
      address: 'http://127.0.0.1:9001',
      outcome: null,
      dispute: '',
    })
    expect(buildBypassPanel({ ...base, bypass: bypass(true) }).label).toBe('Closed')
  })

  it('is not there where neither the mesh nor the dashboard knows of a way', () => {
    expect(buildBypassPanel({ ...base, bypass: null, canTry: false }).visible).toBe(false)
  })

  it('says why there is nothing to try', () => {
    const { reason, canTry } = buildBypassPanel({ ...base, canTry: false })
    expect([reason, canTry]).toEqual([expect.stringMatching(/COUNTING_BYPASS_URL is not set\.$/), false])
  })

  it('goes by the try where the mesh says nothing', () => {
    const silent = { ...base, bypass: null }
    expect(buildBypassPanel(silent).label).toBe('Not tried yet')
    expect(buildBypassPanel({ ...silent, tried: tried('open') })).toMatchObject({
      state: 'open',
      address: 'http://10.0.0.1:9001',
      outcome: { tone: 'bad', said },
    })
    expect(buildBypassPanel({ ...silent, tried: tried('unclear') })).toMatchObject({
      state: 'unknown',
      outcome: { tone: 'unknown' },
    })
  })

  it('says loudly when the mesh and the probe disagree', () => {
    const told = buildBypassPanel({ ...base, bypass: bypass(true), tried: tried('open', 'They differ.') })
    expect(told).toMatchObject({ state: 'disputed', label: 'Mesh and try disagree', dispute: 'They differ.' })
    expect(buildBypassPanel({ ...base, bypass: bypass(true), tried: tried('open') }).dispute).toMatch(/is closed, but/)
    expect(buildBypassPanel({ ...base, bypass: bypass(false), tried: tried('closed') }).dispute).toMatch(/is open, but/)
    expect(buildBypassPanel({ ...base, bypass: bypass(true), tried: tried('closed') }).dispute).toBe('')
    expect(buildBypassPanel({ ...base, bypass: bypass(true), tried: tried('unclear') }).dispute).toBe('')
  })

  it('does not take the silence of a counting that is down for a way that is closed', () => {
    const closed = { ...base, bypass: bypass(true), tried: tried('closed') }
    expect(buildBypassPanel(closed).outcome?.caveat).toBe('')
    expect(buildBypassPanel({ ...closed, state: 'denied' }).outcome?.caveat).toBe('')
    expect(buildBypassPanel({ ...closed, state: 'unreachable' }).outcome).toMatchObject({
      tone: 'unknown',
      caveat: expect.stringMatching(/it may be down/),
    })
  })
})

describe('parseBypassResult', () => {
  const body = { at: '2026-01-01T00:00:00.000Z', way: 'open', url: 'http://a', said, disagreement: null }

  it('reads an outcome', () => {
    expect(parseBypassResult(body)).toEqual({
      atMs: Date.UTC(2026, 0, 1),
      way: 'open',
      url: 'http://a',
      said,
      disagreement: null,
    })
  })

  it.each([null, {}, { ...body, way: 'ajar' }, { ...body, url: null }, { ...body, said: 5 }, { ...body, at: 'now' }])(
    'refuses %j',
    (bad) => expect(parseBypassResult(bad)).toBeUndefined(),
  )
})
