import http from 'node:http'
import { context, propagation } from '@opentelemetry/api'
import { createHeaderRecorder, type HeaderRecorder, pollUntil, startServer } from '@throughline/lab-testkit'
import { forwardWithAxios } from '@throughline/propagation/axios'
import { createForwardFetch } from '@throughline/propagation/fetch'
import { createForwardRequest } from '@throughline/propagation/http-client'
import { createForwardInterceptor } from '@throughline/propagation/undici'
import axios from 'axios'
import { Agent, fetch as undiciFetch, Pool, request as undiciRequest } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { createTelemetry } from '../create-telemetry.ts'
import { type InMemorySdk, startInMemorySdk } from '../in-memory-sdk.test-support.ts'
import { request as send } from './request.test-support.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const HEADERS = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`, baggage: 'tenant=7' }
type Rule = (url: string) => boolean
type Call = (url: string, shouldForward?: Rule) => Promise<unknown>

const finished = (make: (done: (response: http.IncomingMessage) => void) => http.ClientRequest): Promise<void> =>
  new Promise((resolve, reject) => {
    make((response) => response.resume().on('end', resolve)).on('error', reject)
  })

/** The plain clients. */
const CLIENTS: Record<string, Call> = {
  'http.get': (url) => finished((done) => http.get(url, done)),
  'http.get with a list': (url) => finished((done) => http.get(url, { headers: ['Host', new URL(url).host] }, done)),
  'http.get of options': (url) => {
    const { hostname, port, pathname: path, search } = new URL(url)
    return finished((done) => http.get({ hostname, port, path: path + search }, done))
  },
  fetch: async (url) => (await fetch(url)).text(),
  undici: async (url) => (await undiciRequest(url)).body.dump(),
  axios: (url) => axios.get(url),
}

/** The adapters of the propagation package, each with a rule of its own. */
const ADAPTERS: Record<string, Call> = {
  createForwardRequest: (url, shouldForward) =>
    finished((done) => createForwardRequest(http.get, { shouldForward })(url, done)),
  createForwardFetch: async (url, shouldForward) =>
    (await createForwardFetch(undefined, { shouldForward })(url)).text(),
  'createForwardFetch of undici': async (url, shouldForward) =>
    (await createForwardFetch(undiciFetch as never, { shouldForward })(url)).text(),
  forwardWithAxios: async (url, shouldForward) => {
    const instance = axios.create()
    forwardWithAxios(instance, { shouldForward })
    await instance.post(url, { a: 1 })
  },
  'forwardWithAxios over fetch': async (url, shouldForward) => {
    const instance = axios.create({ adapter: 'fetch' })
    forwardWithAxios(instance, { shouldForward })
    await instance.get(url)
  },
  'createForwardInterceptor of an agent': async (url, shouldForward) => {
    const agent = new Agent()
    const dispatcher = agent.compose(createForwardInterceptor({ shouldForward }))
    await (await undiciRequest(url, { dispatcher, headers: { accept: 'x' } })).body.dump()
    await agent.close()
  },
  'createForwardInterceptor of a pool': async (url, shouldForward) => {
    const { origin, pathname, search } = new URL(url)
    const pool = new Pool(origin, { connections: 1 })
    const dispatcher = pool.compose(createForwardInterceptor({ shouldForward }))
    await (await dispatcher.request({ method: 'GET', path: pathname + search })).body.dump()
    await pool.close()
  },
}

async function startRecorder(): Promise<HeaderRecorder> {
  return createHeaderRecorder({
    reply: (request, response) => {
      request.resume()
      const { searchParams } = new URL(request.url ?? '', 'http://callee')
      const location = searchParams.get('to')
      if (location !== null) response.writeHead(307, { location })
      response.end('{}')
    },
  })
}

/** The header received on each path. */
function sentTo(callee: HeaderRecorder, name: string): Record<string, string[]> {
  return Object.fromEntries(callee.requests.map(({ url, header }) => [url.split('?')[0], header(name)]))
}

describe('shouldForward while telemetry sets the headers', () => {
  let sdk: InMemorySdk
  afterEach(() => sdk[Symbol.asyncDispose]())

  const inTrace = <T>(fn: () => T): T => context.with(propagation.extract(context.active(), HEADERS), fn)

  it.each(Object.keys(CLIENTS))('decides every call, and a refused one keeps its span: %s', async (name) => {
    const heard: string[] = []
    const shouldForward: Rule = (url) => heard.push(url) > 0 && !url.includes('/secret')
    sdk = startInMemorySdk({ everyClient: true, shouldTrace: () => false, shouldForward })
    const callee = await startRecorder()
    await inTrace(() => CLIENTS[name]?.(`${callee.url}/open?a=1`))
    await inTrace(() => CLIENTS[name]?.(`${callee.url}/secret?a=1`))
    await pollUntil(() => sdk.spans().length === 2, { what: 'the spans to end' })
    await callee.close()
    expect(heard).toEqual([`${callee.url}/open?a=1`, `${callee.url}/secret?a=1`])
    expect(sentTo(callee, 'x-b3-traceid')).toEqual({ '/open': [TRACE_ID], '/secret': [] })
    expect(sentTo(callee, 'baggage')).toEqual({ '/open': [HEADERS.baggage], '/secret': [] })
  })

  it.each(Object.keys(ADAPTERS))('of an adapter decides each call once, and withholds headers: %s', async (name) => {
    const heard: string[] = []
    const shouldForward: Rule = (url) => heard.push(url) > 0 && !url.includes('/secret')
    sdk = startInMemorySdk({ everyClient: true, shouldTrace: () => false })
    const callee = await startRecorder()
    await inTrace(() => ADAPTERS[name]?.(`${callee.url}/secret?a=1`, shouldForward))
    await inTrace(() => ADAPTERS[name]?.(`${callee.url}/open?a=1`, shouldForward))
    await inTrace(() => ADAPTERS[name]?.(`${callee.url}/unasked`))
    await pollUntil(() => sdk.spans().length === 3, { what: 'the spans to end' })
    await callee.close()
    expect(heard).toEqual([`${callee.url}/secret?a=1`, `${callee.url}/open?a=1`])
    expect(sentTo(callee, 'x-b3-traceid')).toEqual({ '/secret': [], '/open': [TRACE_ID], '/unasked': [TRACE_ID] })
    expect(sentTo(callee, 'baggage')['/secret']).toEqual([])
  })

  it.each(['createForwardFetch', 'forwardWithAxios', 'forwardWithAxios over fetch'])(
    'decides again about a redirect: %s',
    async (name) => {
      sdk = startInMemorySdk({ everyClient: true, shouldTrace: () => false })
      const [callee, redirected] = [await startRecorder(), await startRecorder()]
      const to = encodeURIComponent(`${redirected.url}/secret`)
      await inTrace(() => ADAPTERS[name]?.(`${callee.url}/open?to=${to}`, (url) => url.startsWith(callee.url)))
      await Promise.all([callee.close(), redirected.close()])
      expect(sentTo(callee, 'x-b3-traceid')).toEqual({ '/open': [TRACE_ID] })
      expect(sentTo(redirected, 'x-b3-traceid')).toEqual({ '/secret': [] })
    },
  )

  it('that throws costs a call its headers and nothing else', async () => {
    sdk = startInMemorySdk({
      everyClient: true,
      shouldTrace: () => false,
      shouldForward: () => {
        throw new Error('broken on purpose')
      },
    })
    const callee = await startRecorder()
    for (const call of Object.values(CLIENTS)) await inTrace(() => call(callee.url))
    await callee.close()
    expect(callee.requests.map(({ header }) => header('traceparent'))).toEqual(callee.requests.map(() => []))
  })
})

describe('shouldForward of createTelemetry', () => {
  it.each([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }])('applies with %j', async (env) => {
    const telemetry = await createTelemetry({
      serviceName: 'shop',
      env,
      shouldForward: (url) => !url.includes('/secret'),
    })
    telemetry.start()
    const callee = await startRecorder()
    const calls = { ...CLIENTS, ...ADAPTERS }
    await using app = await startServer(async (request, response) => {
      for (const [name, call] of Object.entries(calls)) {
        await call(`${callee.url}/secret/${encodeURIComponent(name)}`)
        await call(`${callee.url}/open/${encodeURIComponent(name)}`)
      }
      response.end(request.url)
    })
    await send(app.url, { headers: HEADERS })
    await telemetry.shutdown()
    await callee.close()
    const expected = Object.keys(calls).flatMap((name) => [
      [`/secret/${encodeURIComponent(name)}`, []],
      [`/open/${encodeURIComponent(name)}`, [TRACE_ID]],
    ])
    expect(sentTo(callee, 'x-b3-traceid')).toEqual(Object.fromEntries(expected))
  })
})
