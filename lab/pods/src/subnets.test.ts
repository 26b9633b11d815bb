import { describe, expect, it } from 'vitest'
import { isSubnetFree, subnetAddress } from './subnets.ts'

describe('subnets', () => {
  it('gives every lab a /24 of its own', () => {
    expect(subnetAddress(7, 1)).toBe('10.213.7.1')
    expect(subnetAddress(254, 11)).toBe('10.213.254.11')
  })

  it.each([
    ['nothing but a default route', ['default'], true],
    ['the same subnet', ['10.213.7.0/24'], false],
    ['one address in it', ['10.213.7.11'], false],
    ['a part of it', ['10.213.7.128/25'], false],
    ['a network that contains it', ['10.213.0.0/16'], false],
    ['the neighbouring subnet', ['10.213.8.0/24', '10.213.6.255'], true],
    ['a VPN over all of 10/8, which is less specific', ['10.0.0.0/8'], true],
    ['a text that is not an address', ['unreachable', '10.213.7', ''], true],
  ])('with %s', (_, routes, free) => {
    expect(isSubnetFree(7, routes)).toBe(free)
  })
})
