import { once } from 'node:events'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { context, propagation } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type InMemorySdk, startInMemorySdk } from '../in-memory-sdk.test-support.ts'

const HEADERS = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }

/** The README's claim about HTTP/2, and gRPC on top of it. */
describe('calls and requests of node:http2', () => {
  let sdk: InMemorySdk
  beforeEach(() => {
    sdk = startInMemorySdk({ everyClient: true })
  })
  afterEach(() => sdk[Symbol.asyncDispose]())

  it('have no spans, and only the program’s own headers', async () => {
    const received: http2.IncomingHttpHeaders[] = []
    const server = http2.createServer((request, response) => {
      received.push(request.headers)
      response.end('answer')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const call = (headers: http2.OutgoingHttpHeaders): Promise<string> =>
      context.with(propagation.extract(context.active(), HEADERS), () => text(session.request(headers)))
    expect(await call({ ':path': '/' })).toBe('answer')
    expect(await call({ ':path': '/', ...HEADERS })).toBe('answer')
    session.close()
    server.close()
    expect(received.map(({ traceparent }) => traceparent)).toEqual([undefined, HEADERS.traceparent])
    expect(sdk.spans()).toEqual([])
  })
})
