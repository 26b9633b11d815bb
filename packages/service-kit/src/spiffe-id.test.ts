import { describe, expect, it } from 'vitest'
import { parseSpiffeId } from './spiffe-id.ts'

describe('parseSpiffeId', () => {
  it.each(['spiffe://throughline.local/ns/default/sa/counting', 'spiffe://dc1.consul/ns/default/dc/dc1/svc/counting'])(
    'accepts %s',
    (id) => expect(parseSpiffeId(id)).toBe(id),
  )

  it.each([undefined, 7, '', 'spiffe://', 'https://a/b', 'spiffe://a/<b>', `spiffe://${'a'.repeat(241)}`])(
    'refuses %j',
    (value) => expect(parseSpiffeId(value)).toBeNull(),
  )
})
