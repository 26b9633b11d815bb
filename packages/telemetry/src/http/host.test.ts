import { expect, it } from 'vitest'
import { parseHost } from './host.ts'

it.each([
  ['shop:8080', { address: 'shop', port: 8080 }],
  ['shop', { address: 'shop', port: undefined }],
  ['[::1]:80', { address: '::1', port: 80 }],
  ['[0:0:0:0:0:0:0:1]', { address: '::1', port: undefined }],
  ['[2001:DB8::1]:8443', { address: '2001:db8::1', port: 8443 }],
  ['[::zz]', undefined],
  ['user:secret@shop', undefined],
  ['user@shop:80', undefined],
  [undefined, undefined],
  ['', undefined],
  ['a b:c', undefined],
])('reads the host header %j, the second time as the first', (header, host) => {
  expect(parseHost(header)).toEqual(host)
  expect(parseHost(header)).toEqual(host)
})
