import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { createSpanSource } from './span-source.test-support.ts'

describe('a collector with odd answers', () => {
  it.each([
    ['stops in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n\n'],
    ['is cut off in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n\n', 'end'],
    ['has a body that is not HTTP', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n'],
    ['has a body without an end', 'HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n', 'end'],
  ])('is sent spans once when the answer that takes them %s', async (_what, answer, then?: string) => {
    let requests = 0
    await using collector = net.createServer((socket) => {
      socket
        .on('error', () => {})
        .on('data', (chunk) => {
          if (!chunk.includes('POST ')) return
          requests += 1
          socket.write(answer, () => then === 'end' && socket.end())
        })
    })
    await once(collector.listen(0, '127.0.0.1'), 'listening')
    const { port } = collector.address() as net.AddressInfo
    const { processor, make } = createSpanSource(`http://127.0.0.1:${port}`, { timeoutMillis: 300 })
    make(3)
    await processor.forceFlush()
    expect(processor.stats()).toEqual({ exported: 3, failed: 0, dropped: 0 })
    expect(requests).toBe(1)
    processor.abandon()
  })
})
