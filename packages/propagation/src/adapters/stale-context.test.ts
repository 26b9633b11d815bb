import http from 'node:http'
import axios from 'axios'
import axios027 from 'axios027'
import { Agent, request as undiciRequest } from 'undici'
import { describe, expect, it } from 'vitest'
import { record, valuesOf } from '../../conformance/test-server.ts'
import { runWithForwardHeaders } from '../forward.ts'
import { forwardWithAxios, type AxiosLike } from './axios.ts'
import { createForwardFetch } from './fetch.ts'
import { createForwardRequest } from './http-client.ts'
import { createForwardInterceptor } from './undici.ts'

const CONTEXT = {
  traceparent: '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01',
  'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7',
  'x-b3-spanid': 'e457b5a2e4d86bd1',
}
/** Another context, set by hand, in every format. */
const OLD = {
  TraceParent: '00-11111111111111111111111111111111-2222222222222222-01',
  TraceState: 'old=1',
  B3: '11111111111111111111111111111111-2222222222222222-1',
  'X-B3-TraceId': '11111111111111111111111111111111',
  'X-B3-ParentSpanId': '3333333333333333',
  'X-B3-Sampled': '0',
  'X-B3-Flags': '1',
}

const withAxios = (instance: AxiosLike & { get: typeof axios.get }) => async (url: string) => {
  const eject = forwardWithAxios(instance)
  await instance.get(url, { headers: OLD })
  eject()
}
const finished = (make: (done: (response: http.IncomingMessage) => void) => http.ClientRequest): Promise<void> =>
  new Promise((resolve, reject) => {
    make((response) => response.resume().on('end', resolve)).on('error', reject)
  })

const CALLS: Record<string, (url: string) => Promise<unknown>> = {
  fetch: async (url) => (await createForwardFetch()(url, { headers: OLD })).text(),
  'http.request': (url) => finished((done) => createForwardRequest()(url, { headers: OLD }, done).end()),
  'http.get with a list': (url) =>
    finished((done) =>
      createForwardRequest(http.get)(url, { headers: ['Host', 'a', ...Object.entries(OLD).flat()] }, done),
    ),
  undici: async (url) => {
    const agent = new Agent()
    const dispatcher = agent.compose(createForwardInterceptor())
    await (await undiciRequest(url, { dispatcher, headers: OLD })).body.dump()
    await agent.close()
  },
  axios: withAxios(axios.create()),
  'axios 0.27': withAxios((axios027 as unknown as typeof axios).create()),
}

describe('a call for which the program has set another trace context', () => {
  it.each(Object.keys(CALLS))('sends only the current request’s context: %s', async (name) => {
    await using server = await record()
    await runWithForwardHeaders(CONTEXT, () => CALLS[name]?.(server.url))
    const names = [...Object.keys(CONTEXT), ...Object.keys(OLD).map((header) => header.toLowerCase())]
    const sent = Object.fromEntries(names.map((header) => [header, valuesOf(server.requests[0], header)]))
    const expected = Object.fromEntries(Object.entries(CONTEXT).map(([header, value]) => [header, [value]]))
    expect(sent).toEqual({ ...Object.fromEntries(names.map((header) => [header, []])), ...expected })
  })

  it.each(Object.keys(CALLS))('keeps it if the current request has none: %s', async (name) => {
    await using server = await record()
    await runWithForwardHeaders({ baggage: 'a=1' }, () => CALLS[name]?.(server.url))
    for (const [header, value] of Object.entries(OLD))
      expect(valuesOf(server.requests[0], header.toLowerCase())).toEqual([value])
    expect(valuesOf(server.requests[0], 'baggage')).toEqual(['a=1'])
  })
})
