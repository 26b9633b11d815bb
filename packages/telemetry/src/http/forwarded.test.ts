import { expect, it } from 'vitest'
import { readForwarded } from './forwarded.ts'

it.each([
  [{}, {}],
  [{ 'x-forwarded-for': '192.0.2.1' }, { client: '192.0.2.1' }],
  [{ 'x-forwarded-for': '192.0.2.1:5678, 10.0.0.1' }, { client: '192.0.2.1' }],
  [{ 'x-forwarded-for': '[2001:db8::1]:4711' }, { client: '2001:db8::1' }],
  [{ 'x-forwarded-for': '[2001:db8::1]' }, { client: '2001:db8::1' }],
  [{ 'x-forwarded-for': '2001:db8::1' }, { client: '2001:db8::1' }],
  [{ 'x-forwarded-for': 'unknown' }, {}],
  [{ 'x-forwarded-for': '[192.0.2.1]:1' }, {}],
  [
    { 'x-forwarded-host': 'shop.example:8443, inner', 'x-forwarded-proto': 'HTTPS,http' },
    { host: 'shop.example:8443', scheme: 'https' },
  ],
  [{ 'x-forwarded-proto': 'gopher' }, {}],
  [
    { forwarded: 'for="[2001:db8::1]:4711";proto=https;host="shop.example:8443";by=10.0.0.1, for=10.0.0.2' },
    { client: '2001:db8::1', host: 'shop.example:8443', scheme: 'https' },
  ],
  [{ forwarded: 'For=192.0.2.1 ; HOST=a' }, { client: '192.0.2.1', host: 'a' }],
  [{ forwarded: 'for="_gazonk";host="a,b\\"c"' }, { host: 'a,b"c' }],
  [{ forwarded: 'for=_hidden', 'x-forwarded-for': '192.0.2.1' }, { client: '192.0.2.1' }],
  [
    { forwarded: 'proto=http', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'b' },
    { host: 'b', scheme: 'http' },
  ],
  [{ forwarded: '"' }, {}],
])('reads %j', (headers, expected) => {
  expect(readForwarded(headers)).toEqual({ client: undefined, host: undefined, scheme: undefined, ...expected })
})
