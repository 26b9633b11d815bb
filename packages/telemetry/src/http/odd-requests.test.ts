import type { ServerResponse } from 'node:http'
import net from 'node:net'
import { pollUntil, startServer } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { startInMemorySdk } from '../in-memory-sdk.test-support.ts'

describe('a request that a program has left so that it can’t be read', () => {
  it.each(['answered', 'cut off'])('has a span that ends when it is %s', async (end) => {
    await using sdk = startInMemorySdk()
    const responses: ServerResponse[] = []
    await using app = await startServer((request, response) => {
      const broken = { get: () => expect.fail('broken on purpose') }
      Object.defineProperties(request, { route: broken, app: broken, baseUrl: broken })
      responses.push(response)
    })
    const socket = net.connect(app.port, '127.0.0.1')
    socket.write('GET /1 HTTP/1.1\r\nhost: a\r\n\r\n')
    await pollUntil(() => responses.length === 1, { what: 'the request to arrive' })
    if (end === 'answered') responses[0]?.end()
    else socket.destroy()
    await pollUntil(() => sdk.spans().length === 1, { what: 'the span to end' })
    socket.destroy()
  })
})
