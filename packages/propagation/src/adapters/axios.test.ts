import http from 'node:http'
import axios from 'axios'
import { describe, expect, it } from 'vitest'
import { record, valuesOf } from '../../conformance/test-server.ts'
import { forwardWithAxios } from './axios.ts'
import { runWithForwardHeaders } from '../forward.ts'

const HEADERS = { traceparent: '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01', baggage: 'a=1' }

describe('axios', () => {
  it('sends the headers of the request that is served, once each, over whatever else was set', async () => {
    await using server = await record()
    const instance = axios.create({ httpAgent: new http.Agent({ keepAlive: true }), headers: { Baggage: 'old=1' } })
    forwardWithAxios(instance)
    await runWithForwardHeaders(HEADERS, () => instance.get(server.url, { headers: { TraceParent: 'old' } }))
    expect(valuesOf(server.requests[0], 'traceparent')).toEqual([HEADERS.traceparent])
    expect(valuesOf(server.requests[0], 'baggage')).toEqual(['a=1'])
  })

  it('sends none outside a request or after removal', async () => {
    await using server = await record()
    const instance = axios.create({ baseURL: server.url })
    const eject = forwardWithAxios(instance)
    await instance.get('/')
    eject()
    await runWithForwardHeaders(HEADERS, () => instance.get('/'))
    expect(server.requests.flatMap((headers) => valuesOf(headers, 'traceparent'))).toEqual([])
  })

  it('sends them only where shouldForward allows', async () => {
    await using server = await record()
    const urls: string[] = []
    const instance = axios.create({ baseURL: `${server.url}/api/` })
    forwardWithAxios(instance, { shouldForward: (url) => urls.push(url) === 0 })
    await runWithForwardHeaders(HEADERS, () => instance.get('count'))
    expect(urls).toEqual([`${server.url}/api/count`])
    expect(valuesOf(server.requests[0], 'traceparent')).toEqual([])
  })
})
