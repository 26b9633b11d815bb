import { describe, expect, it } from 'vitest'
import { bypasses } from '../lab-options.ts'
import type { ChartPod } from '../consul/read-chart.ts'
import { describeBypass, placePods, podsOfChart } from './pod-placement.ts'

describe('the pods for a choice of the bypass', () => {
  it.each(bypasses)('%s reports its real state: only open is open', (bypass) => {
    const { counting, dashboard } = placePods(bypass)
    expect(describeBypass(counting).closed).toBe(bypass !== 'open')
    // A denied caller sees a 403 only through a dedicated listener, and the page is for browsers.
    expect([dashboard.upstreamPort, dashboard.bind]).toEqual([9001, '0.0.0.0'])
    expect(dashboard.transparentProxy?.excludeInbound ?? [9002]).toEqual([9002])
  })

  it('keeps the app on every address where closing does not depend on its address', () => {
    const binds = (['open', 'packet-filter', 'transparent-proxy'] as const).map(
      (bypass) => placePods(bypass).counting.bind,
    )
    expect(binds).toEqual(['0.0.0.0', '0.0.0.0', '0.0.0.0'])
  })

  it('implements closed by the loopback address of the pod', () => {
    expect(placePods('closed')).toEqual(placePods('loopback'))
  })
})

describe('the bypass of counting', () => {
  const pod = { port: 9001, hosts: [], bind: '0.0.0.0' }
  const transparentProxy = { excludeInbound: [], excludeOutbound: [] }

  it('is open with permissive mutual TLS behind a transparent proxy, even for an app on loopback', () => {
    for (const bind of ['0.0.0.0', '127.0.0.1']) {
      const redirected = { ...pod, bind, transparentProxy }
      expect(describeBypass(redirected, 'strict').closed).toBe(true)
      expect(describeBypass(redirected, 'permissive')).toMatchObject({
        closed: false,
        reason: expect.stringContaining('permissive'),
      })
    }
  })

  it('stays closed behind a packet filter in every mode of mutual TLS', () => {
    const both = { ...pod, transparentProxy, admitted: [20_000] }
    expect(describeBypass(both, 'permissive').closed).toBe(true)
    expect(describeBypass({ ...pod, admitted: [20_000, 9001] }).closed).toBe(false)
  })

  it('is not closed by a transparent proxy that excludes this port', () => {
    const excluded = { ...pod, transparentProxy: { ...transparentProxy, excludeInbound: [9001] } }
    expect(describeBypass(excluded).closed).toBe(false)
  })
})

describe('the pods of a chart', () => {
  const pod = (name: string, more: Partial<ChartPod> = {}): ChartPod => ({
    name,
    port: 9001,
    env: {},
    upstreams: [],
    hosts: [name],
    ...more,
  })
  const placement = (pods: ChartPod[]) => ({ entries: [], pods, outside: [] })

  it('listen where their environment says, as the user of the chart', () => {
    const { counting, dashboard } = podsOfChart(
      placement([
        pod('counting', { uid: 10_001, env: { HOST: '127.0.0.1' }, admitted: [20_000] }),
        pod('dashboard', { upstreams: [{ name: 'counting', port: 9301 }] }),
      ]),
    )
    expect(counting).toMatchObject({ bind: '127.0.0.1', uid: 10_001, admitted: [20_000] })
    expect(dashboard).toMatchObject({ bind: '0.0.0.0', upstreamPort: 9301 })
    expect(counting.upstreamPort).toBeUndefined()
  })

  it('must both exist; the error names a missing one', () => {
    expect(() => podsOfChart(placement([pod('counting')]))).toThrow(/no pod dashboard/)
  })
})
