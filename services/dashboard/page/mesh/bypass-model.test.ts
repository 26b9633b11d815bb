import { describe, expect, it } from 'vitest'
import { buildBypassPanel, parseBypassResult } from './bypass-model.js'

const SUMMARY = '200: counted, bypassing its sidecar, while the rule says denied.'
const probe = (state: 'open' | 'closed' | 'unclear', disagreement: string | null = null) => ({
  atMs: 0,
  state,
  url: 'http://10.0.0.1:9001',
  summary: SUMMARY,
  disagreement,
})
const bypass = (closed: boolean) => ({ address: 'http://127.0.0.1:9001', closed, reason: 'As configured.' })
const base = { bypass: bypass(false), canProbe: true, probed: null, state: 'connected' as const }

describe('the panel of the bypass', () => {
  it('shows what the mesh reports, and why', () => {
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

  it('is hidden when neither the mesh nor the dashboard knows an address', () => {
    expect(buildBypassPanel({ ...base, bypass: null, canProbe: false }).visible).toBe(false)
  })

  it('explains why there is nothing to probe', () => {
    const { reason, canProbe } = buildBypassPanel({ ...base, canProbe: false })
    expect([reason, canProbe]).toEqual([expect.stringMatching(/COUNTING_BYPASS_URL is not set\.$/), false])
  })

  it('uses the probe when the mesh reports nothing', () => {
    const silent = { ...base, bypass: null }
    expect(buildBypassPanel(silent).label).toBe('Not probed yet')
    expect(buildBypassPanel({ ...silent, probed: probe('open') })).toMatchObject({
      state: 'open',
      address: 'http://10.0.0.1:9001',
      outcome: { tone: 'bad', summary: SUMMARY },
    })
    expect(buildBypassPanel({ ...silent, probed: probe('unclear') })).toMatchObject({
      state: 'unknown',
      outcome: { tone: 'unknown' },
    })
  })

  it('reports a dispute when the mesh and the probe disagree', () => {
    const panel = buildBypassPanel({ ...base, bypass: bypass(true), probed: probe('open', 'They differ.') })
    expect(panel).toMatchObject({ state: 'disputed', label: 'Mesh and probe disagree', dispute: 'They differ.' })
    expect(buildBypassPanel({ ...base, bypass: bypass(true), probed: probe('open') }).dispute).toMatch(
      /as closed; the last probe found it open/,
    )
    expect(buildBypassPanel({ ...base, bypass: bypass(false), probed: probe('closed') }).dispute).toMatch(
      /as open; the last probe found it closed/,
    )
    expect(buildBypassPanel({ ...base, bypass: bypass(true), probed: probe('closed') }).dispute).toBe('')
    expect(buildBypassPanel({ ...base, bypass: bypass(true), probed: probe('unclear') }).dispute).toBe('')
  })

  it('does not mistake a counting that is down for a closed bypass', () => {
    const closed = { ...base, bypass: bypass(true), probed: probe('closed') }
    expect(buildBypassPanel(closed).outcome?.caveat).toBe('')
    expect(buildBypassPanel({ ...closed, state: 'denied' }).outcome?.caveat).toBe('')
    expect(buildBypassPanel({ ...closed, state: 'unreachable' }).outcome).toMatchObject({
      tone: 'unknown',
      caveat: expect.stringMatching(/it may be down/),
    })
  })
})

describe('parseBypassResult', () => {
  const body = { at: '2026-01-01T00:00:00.000Z', state: 'open', url: 'http://a', summary: SUMMARY, disagreement: null }

  it('reads an outcome', () => {
    expect(parseBypassResult(body)).toEqual({
      atMs: Date.UTC(2026, 0, 1),
      state: 'open',
      url: 'http://a',
      summary: SUMMARY,
      disagreement: null,
    })
  })

  it.each([
    null,
    {},
    { ...body, state: 'ajar' },
    { ...body, url: null },
    { ...body, summary: 5 },
    { ...body, at: 'now' },
  ])('refuses %j', (bad) => expect(parseBypassResult(bad)).toBeUndefined())
})
