import { describe, expect, it } from 'vitest'
import { planProbe, REPEAT_KINDS } from './plan-probes.ts'

const headersOf = (kind: Parameters<typeof planProbe>[0]) => planProbe(kind, 1).headers

describe('planProbe', () => {
  it('sends no trace header in a bare probe', () => {
    expect(planProbe('bare', 1)).toMatchObject({ contexts: [], requestId: null, headers: {} })
  })

  it('sends one format alone, both with the same ids, or both with different ones', () => {
    expect(Object.keys(headersOf('w3c'))).toEqual(['traceparent', 'tracestate', 'x-request-id'])
    expect(Object.keys(headersOf('b3'))).toEqual(['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-request-id'])
    const both = headersOf('both')
    expect(both['traceparent']).toBe(`00-${both['x-b3-traceid']}-${both['x-b3-spanid']}-01`)
    const different = headersOf('both-different')
    expect(different['traceparent']).not.toContain(different['x-b3-traceid'])
  })

  it('differs in the digit, in the shape of the request id, or in the sampled flag', () => {
    expect(headersOf('w3c')['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/)
    expect(headersOf('w3c-forced')['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-9/)
    expect(headersOf('w3c-no-uuid')['x-request-id']).toMatch(/^tlv-/)
    expect(headersOf('w3c-unsampled')['traceparent']).toMatch(/-00$/)
  })

  it('never uses an id twice', () => {
    const nonces = REPEAT_KINDS.flatMap((kind) => [planProbe(kind, 1).nonce, planProbe(kind, 2).nonce])
    expect(new Set(nonces).size).toBe(16)
  })
})
