import http from 'node:http'
import net from 'node:net'
import { once } from 'node:events'

import { describe, expect, it } from 'vitest'

import { PortBusyError } from './listen.ts'
import { serveTraceStore } from './serve-trace-store.ts'
import { createTraceStore } from './trace-store.ts'

describe('serveTraceStore', () => {
  it('listens on five loopback ports by default and fills the given store', async () => {
    const store = createTraceStore()
    await using served = await serveTraceStore({ store })
    expect(served.otlpUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\/traces$/)
    expect(served.otlpGrpcUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(served.zipkinUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v2\/spans$/)
    expect(served.datadogUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(served.queryUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const body = new TextEncoder().encode('[{"traceId":"1","id":"1"}]')
    await fetch(served.zipkinUrl, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect(store.spanCount).toBe(1)
  })

  it('names the busy port and its purpose, and leaves nothing listening', async () => {
    await using first = await serveTraceStore()
    const busy = Number(new URL(first.queryUrl).port)
    const free = await serveTraceStore()
    const otlpPort = Number(new URL(free.otlpUrl).port)
    await free.close()
    const failed = await serveTraceStore({ otlpPort, queryPort: busy }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(PortBusyError)
    expect(failed).toMatchObject({
      code: 'TL_PORT_IN_USE',
      port: busy,
      message: `port ${busy} on 127.0.0.1, needed for trace queries, is in use by another program`,
      cause: { code: 'EADDRINUSE' },
    })
    await using again = await serveTraceStore({ otlpPort })
    expect(again.otlpUrl).toContain(`:${otlpPort}/`)
  })

  it('passes on any other listen error', async () => {
    await expect(serveTraceStore({ host: '203.0.113.1' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
  })

  it('ends idle connections and partial requests when it closes; closing twice is safe', async () => {
    const served = await serveTraceStore()
    const agent = new http.Agent({ keepAlive: true })
    const request = http.get(`${served.queryUrl}/health`, { agent })
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.resume()
    await once(response, 'end')
    const { hostname, port } = new URL(served.otlpUrl)
    const half = net.connect(Number(port), hostname)
    half.on('error', () => {})
    await once(half, 'connect')
    half.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{')
    const closed = new Promise((resolve) => half.once('close', resolve))
    await Promise.all([served.close(), served.close(), closed])
    await expect(fetch(`${served.queryUrl}/health`)).rejects.toThrow('fetch failed')
    agent.destroy()
  })
})
