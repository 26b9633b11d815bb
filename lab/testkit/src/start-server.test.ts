import http from 'node:http'
import { once } from 'node:events'

import { describe, expect, it } from 'vitest'

import { createHeaderRecorder } from './header-recorder.ts'
import { startServer } from './start-server.ts'

describe('startServer', () => {
  it('answers on its own port, and closes with its connections when disposed of', async () => {
    let url = ''
    {
      await using server = await startServer((_, response) => response.end('hello'))
      url = server.url
      expect(url).toBe(`http://127.0.0.1:${server.port}`)
      expect(await (await fetch(url)).text()).toBe('hello')
      await server.close()
    }
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })
})

describe('createHeaderRecorder', () => {
  it('records header lines as sent, with their order, case and duplicates', async () => {
    await using recorder = await createHeaderRecorder()
    const headers = ['host', 'x', 'TraceParent', 'a', 'tracestate', 'k=1', 'traceparent', 'b']
    const request = http.request(`${recorder.url}/path?q=1`, { method: 'POST', headers }).end()
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(200)
    const [recorded] = recorder.requests
    expect(recorded).toMatchObject({ method: 'POST', url: '/path?q=1' })
    expect(recorded?.headers.slice(1, 4)).toEqual([
      ['TraceParent', 'a'],
      ['tracestate', 'k=1'],
      ['traceparent', 'b'],
    ])
    expect(recorded?.header('TRACEPARENT')).toEqual(['a', 'b'])
    expect(recorded?.header('b3')).toEqual([])
  })

  it('answers with the given handler', async () => {
    await using recorder = await createHeaderRecorder({ reply: (_, response) => response.writeHead(403).end('no') })
    expect((await fetch(recorder.url)).status).toBe(403)
    expect(recorder.requests).toHaveLength(1)
  })
})
