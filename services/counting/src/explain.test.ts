import { describe, expect, it } from 'vitest'
import { explainRequest } from './explain.ts'

const asked = { 'x-throughline-explain': '1' }

describe('what counting tells of a request', () => {
  it('is nothing unless it is asked', () => {
    expect(explainRequest({ traceparent: 'x' })).toBeUndefined()
    expect(explainRequest({ 'x-throughline-explain': '0' })).toBeUndefined()
  })

  it('holds the trace headers and never an identity', () => {
    const headers = { ...asked, traceparent: '00-a', 'x-b3-traceid': 'b', authorization: 'secret', cookie: 'c' }
    expect(explainRequest(headers)).toEqual({ headers: { traceparent: '00-a', 'x-b3-traceid': 'b' }, peer: null })
  })

  it('is cut where a value is too long', () => {
    expect(explainRequest({ ...asked, tracestate: 'x'.repeat(9000) })?.headers['tracestate']).toHaveLength(512)
  })

  it('names both ends of the connection by what the nearest sidecar wrote', () => {
    const forwarded =
      'By=spiffe://other/a;URI=spiffe://other/b,By=spiffe://t.local/sa/counting;Hash=0f;URI=spiffe://t.local/sa/dashboard'
    expect(explainRequest({ ...asked, 'x-forwarded-client-cert': forwarded })?.peer).toEqual({
      caller: 'spiffe://t.local/sa/dashboard',
      self: 'spiffe://t.local/sa/counting',
    })
  })

  it.each(['URI=<script>', 'Hash=1', '', 'URI=https://x'])('takes no other identity: %j', (forwarded) => {
    expect(explainRequest({ ...asked, 'x-forwarded-client-cert': forwarded })?.peer).toBeNull()
  })
})
