import { describe, expect, it } from 'vitest'
import { isRequestId, isSafeRequestId } from './request-id.ts'

const UUID = '9b2f1c04-7d3e-9a55-8f10-3c2a6b7d8e9f'

describe('x-request-id', () => {
  it('is a UUID of any case and version', () => {
    expect([UUID, UUID.toUpperCase(), UUID.replace('9a55', 'aa55')].every((id) => isRequestId(id))).toBe(true)
  })

  it.each([
    '',
    'job-17',
    UUID.slice(1),
    `${UUID}0`,
    UUID.replaceAll('-', '_'),
    UUID.replace('b', 'g'),
    ` ${UUID.slice(1)}`,
  ])('is not %j', (id) => {
    expect(isRequestId(id)).toBe(false)
  })

  it('of another form may be logged when it is short and printable', () => {
    expect(isSafeRequestId('job-17')).toBe(true)
    expect(['', 'a b', 'a\nb', 'ü', 'x'.repeat(129)].some((id) => isSafeRequestId(id))).toBe(false)
  })
})
