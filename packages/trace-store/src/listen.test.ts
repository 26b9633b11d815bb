import { describe, expect, it } from 'vitest'

import { formatOrigin } from './listen.ts'

describe('formatOrigin', () => {
  it('writes an IPv6 address in brackets', () => {
    expect(formatOrigin({ address: '::1', family: 'IPv6', port: 4318 })).toBe('http://[::1]:4318')
    expect(formatOrigin({ address: '127.0.0.1', family: 'IPv4', port: 4318 })).toBe('http://127.0.0.1:4318')
  })

  it('refuses a server that is not bound to a port', () => {
    expect(() => formatOrigin(null)).toThrow(TypeError)
  })
})
