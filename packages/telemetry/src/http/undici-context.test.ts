import { PassThrough } from 'node:stream'
import { context, propagation } from '@opentelemetry/api'
import { createHeaderRecorder, type HeaderRecorder } from '@throughline/lab-testkit'
import { Agent, type Dispatcher, fetch as undiciFetch, interceptors, Pool, request as undiciRequest } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type InMemorySdk, startInMemorySdk } from '../in-memory-sdk.test-support.ts'

const traceId = (digit: string): string => digit.repeat(32)
/** Runs in the context of a request of the trace with this digit. */
function inTrace<T>(digit: string, fn: () => T): T {
  const headers = { traceparent: `00-${traceId(digit)}-b7ad6b7169203331-01` }
  return context.with(propagation.extract(context.active(), headers), fn)
}

const ONE = { connections: 1, pipelining: 1 }
const read = async (response: Promise<Dispatcher.ResponseData>): Promise<string> => (await response).body.text()
const dispatched = (pool: Pool, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    pool.dispatch(
      { method: 'GET', path },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: () => resolve(),
        onResponseError: (_controller, error) => reject(error),
      },
    )
  })

/** Makes dispatchers with one connection, and returns how to call a path over it. */
const CALLS: Record<string, (url: string) => (path: string) => Promise<unknown>> = {
  'request of a pool': (url) => {
    const pool = new Pool(url, ONE)
    return (path) => read(pool.request({ method: 'GET', path }))
  },
  'request of a pool, with one object of options': (url) => {
    const pool = new Pool(url, ONE)
    const options: { method: 'GET'; path: string } = { method: 'GET', path: '' }
    return (path) => {
      options.path = path.slice(0, 1)
      return read(pool.request(options))
    }
  },
  'stream of a pool': (url) => {
    const pool = new Pool(url, ONE)
    return (path) => pool.stream({ method: 'GET', path }, () => new PassThrough().resume())
  },
  'dispatch of a pool': (url) => {
    const pool = new Pool(url, ONE)
    return (path) => dispatched(pool, path)
  },
  'request over an agent': (url) => {
    const dispatcher = new Agent({ connections: 2 })
    return (path) => read(undiciRequest(url + path, { dispatcher }))
  },
  'fetch of undici over an agent': (url) => {
    const dispatcher = new Agent({ connections: 2 })
    return async (path) => (await undiciFetch(url + path, { dispatcher })).text()
  },
  'the global fetch over an agent': (url) => {
    const dispatcher = new Agent({ connections: 2 })
    return async (path) => (await fetch(url + path, { dispatcher } as never)).text()
  },
  'an agent that follows redirects': (url) => {
    const dispatcher = new Agent({ connections: 2 }).compose(interceptors.redirect({ maxRedirections: 2 }))
    return (path) => read(undiciRequest(`${url}${path}?hops=1`, { dispatcher }))
  },
}

describe('calls over one connection', () => {
  let sdk: InMemorySdk
  let callee: HeaderRecorder
  beforeEach(async () => {
    sdk = startInMemorySdk({ everyClient: true, shouldTrace: () => false })
    callee = await createHeaderRecorder({
      reply: (request, response) => {
        const { pathname, searchParams } = new URL(request.url ?? '', 'http://callee')
        if (searchParams.has('hops')) response.writeHead(302, { location: pathname })
        response.end('{}')
      },
    })
  })
  afterEach(async () => {
    await sdk[Symbol.asyncDispose]()
    await callee.close()
  })

  it.each(Object.keys(CALLS))('are each in the trace of their caller, however late they start: %s', async (name) => {
    const call = CALLS[name]?.(callee.url)
    await Promise.all(['1', '2', '3', '4', '5', '6'].map((digit) => inTrace(digit, () => call?.(`/${digit}`))))
    const sent = callee.requests.map(({ url, header }) => [url.split('?')[0], header('x-b3-traceid')[0]])
    const ofAll = name.includes('one object')
      ? sent.map((_, at) => ['/', traceId(String(at + 1))])
      : sent.map(([path = '']) => [path, traceId(path.slice(1))])
    expect(sent.length).toBeGreaterThanOrEqual(4)
    expect(sent).toEqual(ofAll)
  })
})
