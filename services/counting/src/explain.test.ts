import { describe, expect, it } from 'vitest'
import { explainRequest } from './explain.ts'

const explainHeader = { 'x-throughline-explain': '1' }

describe('the explanation of a request', () => {
  it('is absent unless the caller sends the header', () => {
    expect(explainRequest({ traceparent: 'x' })).toBeUndefined()
    expect(explainRequest({ 'x-throughline-explain': '0' })).toBeUndefined()
  })

  it('contains the trace headers and never an identity', () => {
    const headers = { ...explainHeader, traceparent: '00-a', 'x-b3-traceid': 'b', authorization: 'secret', cookie: 'c' }
    expect(explainRequest(headers)).toEqual({ headers: { traceparent: '00-a', 'x-b3-traceid': 'b' }, peer: null })
  })

  it('truncates a value that is too long', () => {
    expect(explainRequest({ ...explainHeader, tracestate: 'x'.repeat(9000) })?.headers['tracestate']).toHaveLength(512)
  })

  it('names both ends of the connection from the nearest sidecar’s header', () => {
    const forwarded =
      'By=spiffe://other/a;URI=spiffe://other/b,By=spiffe://t.local/sa/counting;Hash=0f;URI=spiffe://t.local/sa/dashboard'
    expect(explainRequest({ ...explainHeader, 'x-forwarded-client-cert': forwarded })?.peer).toEqual({
      caller: 'spiffe://t.local/sa/dashboard',
      self: 'spiffe://t.local/sa/counting',
    })
  })

  it.each(['URI=<script>', 'Hash=1', '', 'URI=https://x'])('accepts no other identity: %j', (forwarded) => {
    expect(explainRequest({ ...explainHeader, 'x-forwarded-client-cert': forwarded })?.peer).toBeNull()
  })
})
