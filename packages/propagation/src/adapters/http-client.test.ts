import { once } from 'node:events'
import http from 'node:http'
import { describe, expect, it } from 'vitest'
import { record, valuesOf } from '../../conformance/test-server.ts'
import { runWithForwardHeaders } from '../forward.ts'
import { createForwardRequest } from './http-client.ts'

const HEADERS = { traceparent: '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01', baggage: 'a=1' }

async function finished(request: http.ClientRequest): Promise<void> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  await once(response.resume(), 'end')
}

describe('http.request', () => {
  it('sends the headers of the request that is served, once each, in every form it is called in', async () => {
    await using server = await record()
    const request = createForwardRequest()
    const old = { Baggage: 'old=1', accept: ['text/plain', 'text/html'], 'x-count': 1 }
    const url = new URL(server.url)
    await runWithForwardHeaders(HEADERS, async () => {
      await finished(request(server.url).end())
      await finished(request(url, { headers: old }).end())
      await finished(
        request(url, { headers: ['Host', url.host, 'TraceParent', 'old', 'x-two', '1', 'x-two', '2'] }).end(),
      )
      await finished(request({ hostname: url.hostname, port: url.port, headers: old }).end())
      await new Promise<void>((resolve) => {
        createForwardRequest(http.get)(server.url, (response) => response.resume().on('end', resolve))
      })
      await new Promise<void>((resolve) => {
        request(server.url, undefined as never, (response) => response.resume().on('end', resolve)).end()
      })
    })
    expect(server.requests.map((headers) => valuesOf(headers, 'traceparent'))).toEqual(
      Array.from({ length: 6 }, () => [HEADERS.traceparent]),
    )
    expect(server.requests.flatMap((headers) => valuesOf(headers, 'baggage'))).toEqual(
      Array.from({ length: 6 }, () => 'a=1'),
    )
    expect(valuesOf(server.requests[1], 'accept')).toEqual(['text/plain', 'text/html'])
    expect(valuesOf(server.requests[1], 'x-count')).toEqual(['1'])
    expect(valuesOf(server.requests[2], 'x-two')).toEqual(['1', '2'])
  })

  it('sends them only where shouldForward allows', async () => {
    await using server = await record()
    const urls: string[] = []
    const request = createForwardRequest(http.request, { shouldForward: (url) => urls.push(url) === 0 })
    const { hostname, port } = new URL(server.url)
    await runWithForwardHeaders(HEADERS, async () => {
      await finished(request(`${server.url}/a`).end())
      await finished(request({ hostname, port, path: '/b' }).end())
    })
    expect(urls).toEqual([`${server.url}/a`, `${server.url}/b`])
    expect(server.requests.flatMap((headers) => valuesOf(headers, 'traceparent'))).toEqual([])
  })
})
