import { describe, expect, it } from 'vitest'
import { bypasses } from '../lab-options.ts'
import type { ChartPod } from '../consul/read-chart.ts'
import { describeBypass, placePods, podsOfChart } from './pod-placement.ts'

describe('the pods for a choice of the bypass', () => {
  it.each(bypasses)('%s says the truth about itself: only open is open', (bypass) => {
    const { counting, dashboard } = placePods(bypass)
    expect(describeBypass(counting).closed).toBe(bypass !== 'open')
    // A caller that is denied sees a 403 only with a listener of its own, and the page is for browsers.
    expect([dashboard.upstreamPort, dashboard.bind]).toEqual([9001, '0.0.0.0'])
    expect(dashboard.transparentProxy?.excludeInbound ?? [9002]).toEqual([9002])
  })

  it('has the app on every address with each way that is not about its address', () => {
    const binds = (['open', 'packet-filter', 'transparent-proxy'] as const).map((one) => placePods(one).counting.bind)
    expect(binds).toEqual(['0.0.0.0', '0.0.0.0', '0.0.0.0'])
  })

  it('takes closed to be the loopback of the pod', () => {
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

  it('stays closed to what a packet filter keeps out, whatever mutual TLS is', () => {
    const both = { ...pod, transparentProxy, admitted: [20_000] }
    expect(describeBypass(both, 'permissive').closed).toBe(true)
    expect(describeBypass({ ...pod, admitted: [20_000, 9001] }).closed).toBe(false)
  })

  it('is not closed by a transparent proxy that leaves this port alone', () => {
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

  it('listen where their environment says, as who they run as', () => {
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

  it('are both there, or the one that is not is named', () => {
    expect(() => podsOfChart(placement([pod('counting')]))).toThrow(/no pod dashboard/)
  })
})
