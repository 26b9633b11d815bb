import { Agent, fetch, request } from 'undici'
import { describe, expect, it } from 'vitest'
import { record, valuesOf } from '../../conformance/test-server.ts'
import { runWithForwardHeaders } from '../forward.ts'
import { createForwardInterceptor } from './undici.ts'

const HEADERS = { traceparent: '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01', baggage: 'a=1' }

describe('undici', () => {
  it('sends the headers of the request that is served, once each, in every form it is called in', async () => {
    await using server = await record()
    const agent = new Agent()
    const dispatcher = agent.compose(createForwardInterceptor())
    await runWithForwardHeaders(HEADERS, async () => {
      await (await request(server.url, { dispatcher })).body.dump()
      await (await request(server.url, { dispatcher, headers: { Baggage: 'old=1', accept: 'text/plain' } })).body.dump()
      await (await request(server.url, { dispatcher, headers: ['TraceParent', 'old', 'x-a', '1'] })).body.dump()
      await (await fetch(server.url, { dispatcher, headers: { baggage: 'old=1', accept: 'text/html' } })).text()
    })
    await agent.close()
    expect(server.requests.map((headers) => valuesOf(headers, 'traceparent'))).toEqual(
      Array.from({ length: 4 }, () => [HEADERS.traceparent]),
    )
    expect(server.requests.flatMap((headers) => valuesOf(headers, 'baggage'))).toEqual(['a=1', 'a=1', 'a=1', 'a=1'])
    expect(valuesOf(server.requests[1], 'accept')).toEqual(['text/plain'])
    expect(valuesOf(server.requests[2], 'x-a')).toEqual(['1'])
    expect(valuesOf(server.requests[3], 'accept')).toEqual(['text/html'])
  })

  it('sends none outside a request, or where shouldForward refuses', async () => {
    await using server = await record()
    const urls: string[] = []
    const agent = new Agent()
    const dispatcher = agent.compose(createForwardInterceptor({ shouldForward: (url) => urls.push(url) === 0 }))
    await (await request(server.url, { dispatcher })).body.dump()
    await runWithForwardHeaders(HEADERS, async () => (await request(`${server.url}/a?b`, { dispatcher })).body.dump())
    await agent.close()
    expect(urls).toEqual([`${server.url}/a?b`])
    expect(server.requests.flatMap((headers) => valuesOf(headers, 'traceparent'))).toEqual([])
  })
})
