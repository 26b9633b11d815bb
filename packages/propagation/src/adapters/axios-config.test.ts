import axios, { type AxiosStatic } from 'axios'
import axios027 from 'axios027'
import { describe, expect, it } from 'vitest'
import { record, valuesOf } from '../../conformance/test-server.ts'
import { runWithForwardHeaders } from '../forward.ts'
import { forwardWithAxios } from './axios.ts'
import { type AxiosCallLike, withAxiosHeaders } from './axios-config.ts'

/** Its types name a default export that it doesn't have as a module. */
const lib027 = axios027 as unknown as AxiosStatic
const HEADERS = { traceparent: '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01', baggage: 'a=1' }

/** What users' interceptors leave. */
const INTERCEPTORS: Record<string, (config: { headers?: unknown }) => object> = {
  'plain headers': (config) => ({ ...config, headers: { ...(config.headers as object), 'x-tenant': '7' } }),
  'plain headers of the same names': (config) => ({ ...config, headers: { Baggage: 'old=1', TRACEPARENT: 'old' } }),
  'no headers': (config) => ({ ...config, headers: undefined }),
  'headers that are deleted': (config) => {
    delete config.headers
    return config
  },
  'sealed headers': (config) => {
    Object.seal(config.headers)
    return config
  },
  'a configuration without headers that takes none': (config) => {
    delete config.headers
    return Object.preventExtensions(config)
  },
  'headers that only a getter has': (config) => ({
    ...config,
    get headers() {
      return {}
    },
  }),
  'frozen headers': (config) => ({ ...config, headers: Object.freeze({ ...(config.headers as object) }) }),
}

describe.each([
  ['axios 1', () => axios.create()],
  ['axios 0.27', () => lib027.create()],
])('%s', (_version, create) => {
  it.each(Object.keys(INTERCEPTORS))('sends the headers past an interceptor that leaves %s', async (name) => {
    await using server = await record()
    const instance = create()
    forwardWithAxios(instance)
    instance.interceptors.request.use(INTERCEPTORS[name] as never)
    await runWithForwardHeaders(HEADERS, () => instance.post(server.url, { a: 1 }))
    expect(valuesOf(server.requests[0], 'traceparent')).toEqual([HEADERS.traceparent])
    expect(valuesOf(server.requests[0], 'baggage')).toEqual(['a=1'])
    expect(valuesOf(server.requests[0], 'x-tenant')).toEqual(name === 'plain headers' ? ['7'] : [])
  })
})

describe('withAxiosHeaders', () => {
  it('changes nothing that cannot be changed, and gives a copy', () => {
    const config = Object.freeze({ url: '/', headers: Object.freeze({ A: '1', b: '2' }) })
    expect(withAxiosHeaders(config, [['a', '3']])).toEqual({ url: '/', headers: { a: '3', b: '2' } })
  })

  it.each<[string, unknown]>([
    [
      'a Map',
      new Map([
        ['X-Tenant', '7'],
        ['A', 'old'],
      ]),
    ],
    ['fetch’s Headers', new Headers({ 'X-Tenant': '7', a: 'old' })],
    ['pairs', [['X-Tenant', '7'], ['A', 'old'], 'odd', [5, 6]]],
    ['a text', 'X-Tenant: 7\nA:old\nodd'],
  ])('keeps headers that are %s, as axios takes them', (_what, headers) => {
    const { headers: merged } = withAxiosHeaders<AxiosCallLike>({ headers }, [['a', '3']])
    expect(merged).toEqual({ [headers instanceof Headers ? 'x-tenant' : 'X-Tenant']: '7', a: '3' })
  })

  it.each([undefined, null, 'x'])('lets axios say what is wrong with a configuration of %j', (config) => {
    expect(withAxiosHeaders(config as never, [['a', '3']])).toBe(config)
  })
})
