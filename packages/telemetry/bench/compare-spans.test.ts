import { describe, expect, it } from 'vitest'
import { compareSpans, requireSameSpans } from './compare-spans.mjs'

describe('spans of a peer', () => {
  const attributes = {
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'http.route': '/',
    'url.path': '/',
    'url.scheme': 'http',
    'server.address': 'bench',
    'server.port': 80,
    'client.address': '127.0.0.1',
    'network.peer.address': '127.0.0.1',
    'network.protocol.version': '1.1',
  }
  const server = { name: 'GET /', kind: 'server', attributes }
  const layer = { name: 'request handler', kind: 'internal', attributes: {} }
  const { 'http.route': _, ...routeless } = attributes

  it.each([
    [[server], []],
    [[server, layer], ['also internal request handler']],
    [[], ['no span']],
    [[{ ...server, name: 'GET' }], ['named GET']],
    [[{ ...server, kind: 'internal' }], ['kind internal']],
    [[{ ...server, attributes: routeless }], ['no http.route']],
    [[{ ...server, attributes: { ...attributes, 'server.port': 81 } }], ['another server.port']],
  ])('are compared with ours: %j', (theirs, differences) => {
    expect(compareSpans([server], theirs)).toEqual(differences)
  })

  it('end the benchmark when they differ in what is not listed, or are not as many', () => {
    const variant = { name: 'peer', setup: 'stock' as const, sampled: true }
    const check = (spans: { count: number; differ: string[] }) => () => {
      requireSameSpans(
        new Map([
          ['ours', [server]],
          ['peer', [server, layer]],
        ]),
        [{ ...variant, spans }],
      )
    }
    expect(check({ count: 2, differ: ['also internal request handler'] })).not.toThrow()
    expect(check({ count: 2, differ: [] })).toThrow('peer: its spans are not comparable with ours: also internal')
    expect(check({ count: 3, differ: ['also internal request handler'] })).toThrow('2 spans a request, not 3')
  })
})
