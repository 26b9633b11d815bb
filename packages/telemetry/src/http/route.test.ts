import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readRoute } from './route.ts'

const route = (request: object, said?: string): string | undefined =>
  readRoute(request as IncomingMessage, { route: said })

/** Of a request that `@opentelemetry/instrumentation-express` follows. */
const STOCK = { __ot_middlewares: ['/items'] }

describe('readRoute', () => {
  it.each([
    ['a route of the app', { route: { path: '/items/:id' }, baseUrl: '', originalUrl: '/items/1?a=/b' }, '/items/:id'],
    ['the root', { route: { path: '/' }, baseUrl: '', originalUrl: '/?a=1' }, '/'],
    ['a route below a router', { route: { path: '/:id' }, baseUrl: '/items', originalUrl: '/items/1' }, '/items/:id'],
    ['the root of a router', { route: { path: '/' }, baseUrl: '/items', originalUrl: '/items/' }, '/items'],
    ['a base that was put back', { route: { path: '/:id' }, baseUrl: '', originalUrl: '/a/b/1?x' }, '/a/b/:id'],
    ['a wildcard without a base', { route: { path: '/*rest' }, baseUrl: '', originalUrl: '/a/b/1' }, '/*rest'],
    ['an optional part', { route: { path: '/a{/:b}' }, baseUrl: '', originalUrl: '/a/b' }, '/a{/:b}'],
    ['several paths', { route: { path: ['/a', '/b'] }, baseUrl: '', originalUrl: '/a' }, '/a,/b'],
    ['a regular expression', { route: { path: /^\/a+$/ }, baseUrl: '', originalUrl: '/aa' }, '/^\\/a+$/'],
    [
      'a base of an absolute address, without its credentials',
      { route: { path: '/:id' }, baseUrl: '', originalUrl: 'http://user:secret@host/a/1' },
      '/a/:id',
    ],
    [
      'an address that was rewritten',
      { route: { path: '/:id' }, baseUrl: '', originalUrl: '/user/secret/1', url: '/1' },
      '/:id',
    ],
    ['no route', { originalUrl: '/a' }, undefined],
    ['a server that is not Express', {}, undefined],
  ])('reads %s', (_what, request, expected) => {
    expect(route(request)).toBe(expected)
  })

  const matched = { route: { path: '/items/:id' }, baseUrl: '', originalUrl: '/items/1' }
  it.each([
    ['the named route, without Express', {}, '/said', '/said'],
    ['the named route, before the one Express matched', matched, '/said', '/said'],
    ['the one Express matched, before its instrumentation’s', { ...matched, ...STOCK }, '/a,/items/:id', '/items/:id'],
    ['no Express router without a match, though its instrumentation named it', STOCK, '/items', undefined],
  ])('takes %s', (_what, request, said, expected) => {
    expect(route(request, said)).toBe(expected)
  })
})
