import { expect, it } from 'vitest'
import { splitAddress } from './split-address.ts'

it.each([
  ['127.0.0.1:8080', '127.0.0.1', 8080],
  // The default port of a URL, which a URL would lose.
  ['127.0.0.1:80', '127.0.0.1', 80],
  ['[::1]:443', '::1', 443],
  ['shop.local:9001', 'shop.local', 9001],
])('splitAddress reads %s', (address, host, port) => {
  expect(splitAddress(address)).toEqual({ host, port })
})
