import { describe, expect, it } from 'vitest'
import { createUpstreamHealth } from './upstream-health.ts'

describe('upstream health', () => {
  it('is unknown before the first call', () => {
    expect(createUpstreamHealth().status()).toBe('unknown')
  })

  it('goes red after three failures in a row, and green again after one success', () => {
    const health = createUpstreamHealth()
    health.record(true)
    health.record(false)
    health.record(false)
    expect(health.status()).toBe('healthy')
    health.record(false)
    expect(health.status()).toBe('unhealthy')
    health.record(true)
    expect([health.status(), health.failures()]).toEqual(['healthy', 0])
  })

  it('does not add up failures across a success', () => {
    const health = createUpstreamHealth()
    for (const ok of [false, false, true, false, false]) health.record(ok)
    expect(health.status()).toBe('healthy')
  })
})
