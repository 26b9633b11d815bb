import { describe, expect, it } from 'vitest'
import { readCounting } from './read-counting.ts'

const json = (status: number, body: unknown) => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(body),
})
const text = (status: number, body: string) => ({ status, contentType: 'text/plain', body })
const counted = (peer: object | null) => json(200, { count: 1, hostname: 'h', explain: { headers: {}, peer } })

describe('what the checks learn from an answer of counting', () => {
  it('names both ends from a sidecar’s header, and accepts only valid identities', () => {
    const peer = { caller: 'spiffe://t/sa/dashboard', self: 'spiffe://t/sa/counting' }
    expect(readCounting(counted(peer), 500)).toEqual({ state: 'connected', reason: null, peer })
    const stranger = readCounting(counted({ caller: '<img src=x>', self: null }), 500)
    expect(stranger).toEqual({ state: 'connected', reason: null, peer: null })
  })

  it('distinguishes a denial, a proxy, an error of counting and another program', () => {
    expect(readCounting(text(403, 'RBAC: access denied'), 500)).toMatchObject({ state: 'denied', proxy: undefined })
    expect(readCounting(text(503, 'no healthy upstream'), 500)).toMatchObject({
      state: 'unreachable',
      proxy: expect.stringMatching(/counting/) as string,
    })
    expect(readCounting(json(503, { code: 'TL_FAULT', message: 'on demand' }), 500)).toMatchObject({ state: 'failing' })
    expect(readCounting(text(404, 'who?'), 500)).toMatchObject({ state: 'unreachable', proxy: undefined })
  })

  it('explains a missing answer', () => {
    const { reason } = readCounting({ failure: 'read ECONNRESET', code: 'ECONNRESET' }, 500)
    expect(reason).toMatch(/^connection reset: .* look the same$/)
    expect(readCounting({ failure: 'no answer', code: 'ETIMEDOUT' }, 500).reason).toBe('no answer within 500 ms')
    expect(readCounting({ failure: 'odd', code: undefined }, 500).reason).toBe('odd')
  })
})
