import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { context, trace } from '@opentelemetry/api'
import { pollUntil, startServer } from '@throughline/lab-testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type InMemorySdk, startInMemorySdk } from '../in-memory-sdk.test-support.ts'

const id = (digit: string): string => digit.repeat(32)
const traceparent = (digit: string): string => `00-${id(digit)}-b7ad6b7169203331-01`
const activeTraceId = (): string | undefined => trace.getSpanContext(context.active())?.traceId

describe('the context of a request', () => {
  let sdk: InMemorySdk
  beforeEach(() => {
    sdk = startInMemorySdk()
  })
  afterEach(() => sdk[Symbol.asyncDispose]())

  it('is active in every event of a request and response, on kept connections as well', async () => {
    const seen: Record<string, string | undefined>[] = []
    let readFirst = (): void => {}
    await using app = await startServer((request, response) => {
      const events: Record<string, string | undefined> = { request: activeTraceId() }
      request.on('data', (chunk: Buffer) => {
        events[chunk.toString()] = activeTraceId()
        readFirst()
      })
      request.on('end', () => {
        events['end'] = activeTraceId()
        response.end()
      })
      response.on('finish', () => (events['finish'] = activeTraceId()))
      response.on('close', () => {
        events['close'] = activeTraceId()
        seen.push(events)
      })
    })
    const socket = net.connect(app.port, '127.0.0.1')
    for (const digit of ['1', '2']) {
      const first = new Promise<void>((resolve) => (readFirst = resolve))
      const answered = once(socket, 'data')
      socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\ntraceparent: ${traceparent(digit)}\r\n\r\nhalf`)
      await first
      socket.write('rest')
      await answered
    }
    socket.destroy()
    await pollUntil(() => seen.length === 2, { what: 'both responses to close' })
    expect(seen).toEqual(
      ['1', '2'].map((digit) =>
        Object.fromEntries(['request', 'half', 'rest', 'end', 'finish', 'close'].map((event) => [event, id(digit)])),
      ),
    )
  })

  it('is not active in a later error of the connection', async () => {
    const seen: unknown[] = []
    const server = http.createServer((_request, response) => response.end())
    server.on('clientError', (_error, socket: net.Socket) => {
      seen.push(activeTraceId())
      socket.destroy()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
    socket.write(`GET / HTTP/1.1\r\nhost: a\r\ntraceparent: ${traceparent('1')}\r\n\r\n`)
    await once(socket, 'data')
    socket.write('no request\r\n\r\n')
    await once(socket, 'close')
    server.close()
    expect(seen).toEqual([undefined])
  })
})
