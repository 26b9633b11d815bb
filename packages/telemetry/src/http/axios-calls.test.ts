import { SpanStatusCode } from '@opentelemetry/api'
import { createHeaderRecorder, startServer, type HeaderRecorder } from '@throughline/lab-testkit'
import axios, { type AxiosInstance, type AxiosRequestConfig, type AxiosStatic } from 'axios'
import axios027 from 'axios027'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startInMemorySdk, type InMemorySdk } from '../in-memory-sdk.test-support.ts'

/** Its types name a default export that it doesn't have as a module. */
const lib027 = axios027 as unknown as AxiosStatic

function broken(): never {
  throw new Error('broken on purpose')
}

describe.each([
  ['axios 1', axios],
  ['axios 0.27', lib027],
])('unusual calls of %s', (_version, lib) => {
  let sdk: InMemorySdk
  let callee: HeaderRecorder
  let client: AxiosInstance

  beforeEach(async () => {
    sdk = startInMemorySdk({ shouldTrace: () => false })
    callee = await createHeaderRecorder()
    client = lib.create({ baseURL: callee.url })
  })
  afterEach(async () => {
    await sdk[Symbol.asyncDispose]()
    await callee.close()
  })

  const statuses = (): unknown[] => sdk.spans().map(({ status, attributes }) => [status.code, attributes['error.type']])

  it.each<[string, (config: { headers?: unknown }) => object]>([
    ['plain headers', (config) => ({ ...config, headers: { ...(config.headers as object), 'x-tenant': '7' } })],
    ['no headers', (config) => ({ ...config, headers: undefined })],
    ['frozen headers', (config) => ({ ...config, headers: Object.freeze({ ...(config.headers as object) }) })],
    ['sealed headers', (config) => ({ ...config, headers: Object.seal({ ...(config.headers as object) }) })],
  ])('have a span and its headers despite an interceptor that leaves %s', async (_what, interceptor) => {
    sdk.axios.instrument(client)
    client.interceptors.request.use(interceptor as never)
    await client.post('/', { a: 1 })
    const id = sdk.spans()[0]?.spanContext()
    expect(callee.requests[0]?.header('traceparent')).toEqual([`00-${id?.traceId}-${id?.spanId}-01`])
    expect(statuses()).toEqual([[SpanStatusCode.UNSET, undefined]])
  })

  it.each([null, undefined, 'data', { status: 'fine' }])(
    'end despite a response interceptor that leaves %j',
    async (left) => {
      client.interceptors.response.use(() => left as never)
      sdk.axios.instrument(client)
      expect(await client.get('/')).toEqual(left)
      expect(statuses()).toEqual([[SpanStatusCode.UNSET, undefined]])
    },
  )

  const thrower = (property: string, error: Error = new Error('x')): Error =>
    Object.defineProperty(error, property, { get: broken })

  it.each([{ config: {} }, { status: 200 }])(
    'leave a response as it is of which nothing else can be read: %j',
    async (has) => {
      const response = ['status', 'config'].reduce(
        (made, key) => Object.defineProperty(made, key, key in has ? { value: 200 } : { get: broken }),
        {},
      )
      client.interceptors.response.use(() => response as never)
      sdk.axios.instrument(client)
      expect((await client.get('/')) === response).toBe(true)
      expect(statuses()).toEqual([[SpanStatusCode.UNSET, undefined]])
    },
  )

  it.each(['message', 'code', 'name', 'response'])('end past an error whose %s cannot be read', async (property) => {
    const error = thrower(property)
    client.interceptors.response.use(() => Promise.reject(error))
    sdk.axios.instrument(client)
    const reason: unknown = await client.get('/').catch((caught: unknown) => caught)
    expect(reason === error).toBe(true)
    expect(statuses()).toEqual([[SpanStatusCode.ERROR, property === 'name' ? '_OTHER' : 'Error']])
  })

  it('keep a fragment to themselves, which is not sent and may hold a token', async () => {
    sdk.axios.instrument(client)
    await client.get('/a#access_token=secret')
    expect(sdk.spans()[0]?.attributes['url.full']).toBe(`${callee.url}/a`)
  })

  it.each<[string, AxiosRequestConfig, string]>([
    ['a transform that throws', { transformResponse: broken }, 'Error'],
    ['an adapter’s own error', { adapter: () => Promise.reject(new TypeError('broken on purpose')) }, 'TypeError'],
    ['an adapter that throws', { adapter: broken }, 'Error'],
    ['a transform of the request that throws', { transformRequest: broken }, 'Error'],
    ['an adapter that rejects with nothing', { adapter: () => Promise.reject(undefined) }, '_OTHER'],
    ['an address that is not a URL', { baseURL: 'http://[' }, 'ERR_INVALID_URL'],
  ])('end as errors after %s', async (_what, config, type) => {
    sdk.axios.instrument(client)
    const outcome = await client.get('/', config).then(
      () => 'resolved',
      () => 'rejected',
    )
    expect(outcome).toBe('rejected')
    expect(statuses()).toEqual([[SpanStatusCode.ERROR, type]])
  })

  it('end as errors after parameters that cannot be written', async () => {
    sdk.axios.instrument(client)
    const config: AxiosRequestConfig = { params: { a: 1 }, paramsSerializer: broken as never }
    await expect(client.get('/', config)).rejects.toThrow(/broken|serialize/)
    expect(sdk.spans().map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR])
  })

  it('end as errors when an interceptor closer to the request fails', async () => {
    client.interceptors.request.use(() => Promise.reject(new RangeError('broken on purpose')))
    sdk.axios.instrument(client)
    await expect(client.get('/')).rejects.toThrow('broken on purpose')
    expect(statuses()).toEqual([[SpanStatusCode.ERROR, 'RangeError']])
  })

  it('end as errors when the response is cut off in its body', async () => {
    await using cut = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half', () => response.destroy())
    })
    sdk.axios.instrument(client)
    await expect(client.get(cut.url)).rejects.toThrow(/aborted|exceeded/)
    expect(sdk.spans()[0]?.status.code).toBe(SpanStatusCode.ERROR)
    expect(sdk.spans()[0]?.attributes).toMatchObject({ 'error.type': expect.any(String) })
  })

  it('are not errors when a redirect is not followed', async () => {
    await using moved = await startServer((_request, response) => response.writeHead(302, { location: '/' }).end())
    sdk.axios.instrument(client)
    await expect(client.get(moved.url, { maxRedirects: 0 })).rejects.toThrow('302')
    expect(statuses()).toEqual([[SpanStatusCode.UNSET, undefined]])
    expect(sdk.spans()[0]?.attributes['http.response.status_code']).toBe(302)
  })

  it('keep concurrent calls apart', async () => {
    await using many = await startServer((request, response) => {
      const status = Number(request.url?.slice(1))
      setTimeout(() => response.writeHead(status).end(), Math.random() * 20)
    })
    sdk.axios.instrument(client)
    const codes = Array.from({ length: 60 }, (_, i) => 200 + (i % 3) * 100 + i)
    await Promise.all(codes.map((code) => client.get(`${many.url}/${code}`, { maxRedirects: 0 }).catch(() => {})))
    const traced = sdk
      .spans()
      .map(({ attributes }) => [attributes['url.full'], attributes['http.response.status_code']])
    expect(new Map(traced as [string, number][])).toEqual(new Map(codes.map((code) => [`${many.url}/${code}`, code])))
  })

  it('have their body copied no more often than without telemetry', async () => {
    const readsOf = async (instrument: boolean): Promise<number> => {
      let reads = 0
      const config = {
        get value() {
          reads += 1
          return 1
        },
      }
      const instance = lib.create({ baseURL: callee.url })
      if (instrument) sdk.axios.instrument(instance)
      await instance.post('/', { items: [config, config], nested: { config } }, { params: { a: 1 } })
      return reads
    }
    expect(await readsOf(true)).toBe(await readsOf(false))
    expect(sdk.spans()[0]?.attributes['url.full']).toBe(`${callee.url}/?a=1`)
  })
})
