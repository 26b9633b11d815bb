import { describe, expect, it } from 'vitest'
import { record, valuesOf } from '../../conformance/test-server.ts'
import { createForwardFetch } from './fetch.ts'
import { runWithForwardHeaders } from '../forward.ts'

const HEADERS = { traceparent: '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01', baggage: 'a=1' }

describe('fetch', () => {
  it('sends the headers of the request that is served beside those of the call, once each', async () => {
    await using server = await record()
    const fetch = createForwardFetch()
    await runWithForwardHeaders(HEADERS, async () => {
      await fetch(server.url, { method: 'POST', body: 'x', headers: { TraceParent: 'old', accept: 'text/plain' } })
      await fetch(new URL(server.url), { headers: [['baggage', 'old=1']] })
      await fetch(new Request(server.url, { headers: { accept: 'text/html', baggage: 'old=1' } }))
    })
    expect(server.requests.map((headers) => valuesOf(headers, 'traceparent'))).toEqual([
      [HEADERS.traceparent],
      [HEADERS.traceparent],
      [HEADERS.traceparent],
    ])
    expect(server.requests.flatMap((headers) => valuesOf(headers, 'baggage'))).toEqual(['a=1', 'a=1', 'a=1'])
    expect(valuesOf(server.requests[0], 'accept')).toEqual(['text/plain'])
    expect(valuesOf(server.requests[2], 'accept')).toEqual(['text/html'])
  })

  it('is the plain fetch outside a request', async () => {
    await using server = await record()
    await createForwardFetch()(server.url)
    expect(valuesOf(server.requests[0], 'traceparent')).toEqual([])
  })

  it.each([undefined, () => true, () => false])(
    'rejects what fetch rejects, and never throws',
    async (shouldForward) => {
      const fetch = createForwardFetch(undefined, { shouldForward })
      const calls = [
        () => fetch('no address'),
        () => fetch(undefined as never),
        () => fetch(null as never),
        () => fetch('http://127.0.0.1:1/', { headers: { 'bad name': '1' } }),
        () => fetch('http://127.0.0.1:1/', { headers: [['a']] as never }),
      ]
      const results = runWithForwardHeaders(HEADERS, () => calls.map((call) => call()))
      for (const result of results) await expect(result).rejects.toThrow(TypeError)
    },
  )

  it('leaves an address that only the given fetch understands to it', async () => {
    await using server = await record()
    const base: typeof globalThis.fetch = (path, init) => globalThis.fetch(server.url + (path as string), init)
    for (const shouldForward of [undefined, () => true]) {
      const fetch = createForwardFetch(base, { shouldForward })
      expect((await runWithForwardHeaders(HEADERS, () => fetch('/a'))).status).toBe(200)
    }
    // A rule that can't be asked gives no headers.
    expect(server.requests.map((headers) => valuesOf(headers, 'traceparent'))).toEqual([[HEADERS.traceparent], []])
  })

  it('sends them only where shouldForward allows', async () => {
    await using server = await record()
    const urls: string[] = []
    const fetch = createForwardFetch(undefined, { shouldForward: (url) => urls.push(url) === 0 })
    await runWithForwardHeaders(HEADERS, async () => {
      await fetch(`${server.url}/a`)
      await fetch(new URL('/b', server.url))
      await fetch(new Request(`${server.url}/c`))
    })
    expect(urls).toEqual([`${server.url}/a`, `${server.url}/b`, `${server.url}/c`])
    expect(server.requests.flatMap((headers) => valuesOf(headers, 'traceparent'))).toEqual([])
  })
})
