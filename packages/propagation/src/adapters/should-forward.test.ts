import http from 'node:http'
import https from 'node:https'
import axios from 'axios'
import { Agent, Client, Pool, request as undiciRequest } from 'undici'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { record, valuesOf } from '../../conformance/test-server.ts'
import { runWithForwardHeaders } from '../forward.ts'
import { forwardWithAxios } from './axios.ts'
import { createForwardFetch } from './fetch.ts'
import { createForwardRequest } from './http-client.ts'
import { createForwardInterceptor } from './undici.ts'

const HEADERS = {
  traceparent: '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01',
  baggage: 'a=1',
  'x-forwarded-client-cert': 'Hash=1',
}

/** Calls whose first argument is never reached: only the URL that `shouldForward` hears is looked at. */
function heardBy(base: typeof http.request, ...call: unknown[]): string | undefined {
  const heard: string[] = []
  const make = createForwardRequest(base, { shouldForward: (url) => heard.push(url) === 0 })
  const made = runWithForwardHeaders(HEADERS, () => make(...(call as Parameters<typeof http.request>)))
  made.on('error', () => {}).destroy()
  return heard[0]
}

describe('shouldForward hears the URL that is called', () => {
  it.each([
    [http.request, ['http://shop/a'], 'http://shop/a'],
    [http.request, [{ hostname: 'shop' }], 'http://shop/'],
    [http.request, [{ host: 'shop', port: 81, path: '/a?b=1' }], 'http://shop:81/a?b=1'],
    [http.request, [{ host: 'other', hostname: 'shop' }], 'http://shop/'],
    [http.request, [{ hostname: '::1', port: 81 }], 'http://[::1]:81/'],
    [http.request, ['http://[::1]:81/a'], 'http://[::1]:81/a'],
    [http.request, ['http://shop/a', { hostname: 'evil' }], 'http://evil/a'],
    [http.request, [new URL('http://shop:81/a'), { port: 82, path: '/b' }], 'http://shop:82/b'],
    [http.request, ['http://shop/a', { host: 'evil' }], 'http://shop/a'],
    [http.request, [{ hostname: 'shop', path: '//evil/a' }], 'http://shop//evil/a'],
    [https.request, [{ hostname: 'shop' }], 'https://shop/'],
    [https.get, [{ hostname: 'shop', port: 443 }], 'https://shop/'],
    [https.request, [{ hostname: 'shop', port: 8443, path: '/a' }], 'https://shop:8443/a'],
    [https.request, ['https://shop/a', { hostname: 'evil' }], 'https://evil/a'],
  ])('of %o with %j', (base, call, url) => {
    expect(heardBy(base, ...call)).toBe(url)
  })

  it.each([
    [{ baseURL: 'http://shop/api', url: '/count' }, 'http://shop/api/count'],
    [{ baseURL: 'http://shop/api/', url: 'count' }, 'http://shop/api/count'],
    [{ baseURL: 'http://shop/api' }, 'http://shop/api'],
    [{ baseURL: 'http://shop/api', url: 'http://other/count' }, 'http://other/count'],
    [{ url: new URL('http://shop/count') as never }, 'http://shop/count'],
    [{ url: 'http://shop/', params: { a: 1, b: [2, 3] } }, 'http://shop/?a=1&b%5B%5D=2&b%5B%5D=3'],
  ])('of axios with %j', async (config, url) => {
    const heard: string[] = []
    const called: unknown[] = []
    const instance = axios.create({
      adapter: async (request) => {
        called.push(instance.getUri(request))
        return { data: '', status: 200, statusText: '', headers: {}, config: request }
      },
    })
    forwardWithAxios(instance, { shouldForward: (target) => heard.push(target) === 0 })
    await runWithForwardHeaders(HEADERS, () => instance.request(config))
    expect(heard).toEqual([url])
    expect(called.map(String)).toEqual([url])
  })

  it.each([
    ['a pool', (url: string) => new Pool(url)],
    ['a client', (url: string) => new Client(url)],
  ])('of %s, whose calls name no origin', async (_what, create) => {
    await using server = await record()
    const heard: string[] = []
    const pool = create(server.url)
    const dispatcher = pool.compose(createForwardInterceptor({ shouldForward: (url) => heard.push(url) > 0 }))
    await runWithForwardHeaders(HEADERS, async () => {
      await (await dispatcher.request({ method: 'GET', path: '/a' })).body.dump()
      await (await dispatcher.request({ method: 'GET', path: '//evil/a', headers: ['x-a', '1'] })).body.dump()
    })
    await pool.close()
    expect(heard).toEqual([`${server.url}/a`, `${server.url}//evil/a`])
    expect(server.requests.flatMap((headers) => valuesOf(headers, 'baggage'))).toEqual(['a=1', 'a=1'])
  })

  it('of a pool that makes its requests one after another', async () => {
    await using server = await record()
    const pool = new Pool(server.url, { connections: 1, pipelining: 1 })
    const dispatcher = pool.compose(createForwardInterceptor({ shouldForward: (url) => !url.endsWith('/secret') }))
    const call = async (path: string) => (await dispatcher.request({ method: 'GET', path })).body.dump()
    await runWithForwardHeaders(HEADERS, () => Promise.all(['/a', '/secret', '/b', '/secret', '/c'].map(call)))
    await pool.close()
    for (const [name, value] of Object.entries(HEADERS)) {
      const values = server.requests.map((headers) => valuesOf(headers, name))
      expect(values).toEqual([[value], [], [value], [], [value]])
    }
  })

  it('of an agent, and of a path that looks like another origin', async () => {
    await using server = await record()
    const heard: string[] = []
    const agent = new Agent()
    const dispatcher = agent.compose(createForwardInterceptor({ shouldForward: (url) => heard.push(url) > 0 }))
    await runWithForwardHeaders(HEADERS, async () => {
      await (await undiciRequest(`${server.url}//evil/a`, { dispatcher })).body.dump()
    })
    await agent.close()
    expect(heard).toEqual([`${server.url}//evil/a`])
  })
})

function throwIt(value: unknown): never {
  throw value
}

describe('a shouldForward that throws', () => {
  afterEach(() => vi.restoreAllMocks())

  const broken = (): { shouldForward: () => boolean } => ({
    shouldForward: () => {
      throw new Error('broken on purpose')
    },
  })

  it.each<[string, () => unknown]>([
    ['throws what has no text', () => throwIt(Object.create(null))],
    ['throws undefined', () => throwIt(undefined)],
    ['throws a symbol', () => throwIt(Symbol('x'))],
    ['is asynchronous', async () => true],
    ['is asynchronous and fails', () => Promise.reject(new Error('broken on purpose'))],
  ])('costs a call its headers, and nothing else, when it %s', async (_what, rule) => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    await using server = await record()
    const instance = axios.create()
    forwardWithAxios(instance, { shouldForward: rule as never })
    await runWithForwardHeaders(HEADERS, () => instance.get(server.url))
    expect(server.requests.map((headers) => valuesOf(headers, 'baggage'))).toEqual([[]])
    expect(warn).toHaveBeenCalledTimes(1)
  })

  it('costs calls their headers, and nothing else, and is reported once', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    await using server = await record()
    const options = broken()
    const agent = new Agent()
    const dispatcher = agent.compose(createForwardInterceptor(options))
    const instance = axios.create()
    forwardWithAxios(instance, options)
    await runWithForwardHeaders(HEADERS, async () => {
      await createForwardFetch(undefined, options)(server.url)
      await new Promise((resolve) => {
        createForwardRequest(http.get, options)(server.url, (response) => response.resume().on('end', resolve))
      })
      await (await undiciRequest(server.url, { dispatcher })).body.dump()
      await instance.get(server.url)
    })
    await agent.close()
    expect(server.requests).toHaveLength(4)
    expect(server.requests.flatMap((headers) => valuesOf(headers, 'baggage'))).toEqual([])
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('broken on purpose'))
  })
})
