import { describe, expect, it } from 'vitest'
import { tourSteps, type TourSetting } from './tour-steps.js'

const everything: TourSetting = {
  controls: true,
  faults: true,
  bypass: true,
  tracer: 'opentelemetry',
  tracers: ['opentelemetry', 'none', 'zipkin'],
}

async function actionsOf(step: number, setting: TourSetting) {
  const calls: string[] = []
  const log =
    (name: string) =>
    async (value?: string | boolean): Promise<void> =>
      void calls.push(value === undefined ? name : `${name} ${value}`)
  await tourSteps[step]?.run(
    {
      send: log('send'),
      setAccess: log('access'),
      setPropagation: log('propagation'),
      setTracer: log('tracer'),
      probeBypass: log('probe'),
    },
    setting,
  )
  return calls
}

describe('the tour', () => {
  it('has six steps, each with two sentences at least', () => {
    expect(tourSteps.map(({ title }) => title)).toEqual([
      'See a trace',
      'Deny the call',
      'Break propagation',
      'Change the tracer',
      'Bypass the sidecar',
      'Repair',
    ])
    for (const { text } of tourSteps) expect(text.split(/[.:;] /).length).toBeGreaterThanOrEqual(2)
  })

  it('sets each switch that a step depends on, so that steps work in any order', async () => {
    expect(await actionsOf(1, everything)).toEqual(['propagation true', 'access denied', 'send'])
    expect(await actionsOf(2, everything)).toEqual(['access allowed', 'propagation false', 'send'])
    expect(await actionsOf(3, everything)).toEqual(['access allowed', 'propagation true', 'tracer zipkin', 'send'])
    expect(await actionsOf(4, everything)).toEqual(['access denied', 'probe'])
  })

  it('skips what is not possible here', () => {
    const possible = (setting: Partial<TourSetting>) =>
      tourSteps.filter((step) => step.isPossible({ ...everything, ...setting })).map(({ title }) => title)
    expect(possible({ controls: false, faults: false, bypass: false })).toEqual(['See a trace', 'Repair'])
    expect(possible({ tracers: ['zipkin'] })).not.toContain('Change the tracer')
  })
})
