import axios from 'axios'
import { Agent, interceptors, request as undiciRequest } from 'undici'
import { describe, expect, it } from 'vitest'
import { record, serve, valuesOf, type RecordingServer } from '../../conformance/test-server.ts'
import { runWithForwardHeaders } from '../forward.ts'
import { forwardWithAxios } from './axios.ts'
import { createForwardFetch } from './fetch.ts'
import { createForwardInterceptor } from './undici.ts'

const HEADERS = {
  traceparent: '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01',
  baggage: 'a=1',
  'x-forwarded-client-cert': 'Hash=1',
}

type Get = (url: string, shouldForward: (url: string) => boolean) => Promise<unknown>

const CLIENTS: Record<string, Get> = {
  fetch: async (url, shouldForward) => (await createForwardFetch(undefined, { shouldForward })(url)).text(),
  axios: (url, shouldForward) => {
    const instance = axios.create()
    forwardWithAxios(instance, { shouldForward })
    return instance.get(url, { beforeRedirect: () => {} })
  },
  'undici, with its redirects before ours': async (url, shouldForward) => {
    const agent = new Agent()
    const dispatcher = agent.compose(
      createForwardInterceptor({ shouldForward }),
      interceptors.redirect({ maxRedirections: 3 }),
    )
    await (await undiciRequest(url, { dispatcher })).body.dump()
    await agent.close()
  },
}

/** Calls a server that redirects to another one, on another port. */
async function redirect(get: Get, shouldForward: (url: string) => boolean): Promise<RecordingServer['requests']> {
  await using other = await record()
  await using first = await serve((_request, response) => response.writeHead(307, { location: `${other.url}/b` }).end())
  await runWithForwardHeaders(HEADERS, () =>
    get(`${first.url}/a`, (url) => url.startsWith(first.url) || shouldForward(url)),
  )
  return other.requests
}

describe.each(Object.entries(CLIENTS))('a redirect to another origin, followed by %s', (_name, get) => {
  it('loses headers that the other origin may not receive', async () => {
    const heard: string[] = []
    const [request] = await redirect(get, (url) => heard.push(url) === 0)
    expect(heard.map((url) => new URL(url).pathname)).toEqual(['/b'])
    for (const name of Object.keys(HEADERS)) expect(valuesOf(request, name)).toEqual([])
  })

  it('keeps headers that the other origin may receive', async () => {
    const [request] = await redirect(get, () => true)
    for (const [name, value] of Object.entries(HEADERS)) expect(valuesOf(request, name)).toEqual([value])
  })
})
