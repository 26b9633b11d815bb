import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { serve } from '../../conformance/test-server.ts'
import { currentForwardHeaders } from '../forward.ts'
import { createForwardMiddleware } from './express.ts'
import { createForwardListener } from './http-server.ts'

describe('a node:http server', () => {
  it('provides the headers of each request while it serves it', async () => {
    const listener = createForwardListener((_request, response) => {
      setImmediate(() => response.end(JSON.stringify(currentForwardHeaders())))
    })
    await using server = await serve(listener)
    const ask = async (baggage: string) => (await fetch(server.url, { headers: { baggage } })).json()
    expect(await Promise.all([ask('a=1'), ask('a=2')])).toEqual([{ baggage: 'a=1' }, { baggage: 'a=2' }])
  })
})

describe('an error of a connection', () => {
  it('is not in the context of the previous request', async () => {
    const contexts: unknown[] = []
    const server = http.createServer(createForwardListener((_request, response) => response.end()))
    server.on('clientError', (_error, socket: net.Socket) => {
      contexts.push(currentForwardHeaders())
      socket.destroy()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nhost: a\r\nbaggage: a=1\r\n\r\n')
    await once(socket, 'data')
    socket.write('no request\r\n\r\n')
    await once(socket, 'close')
    server.close()
    expect(contexts).toEqual([{}])
  })
})

/** Sends a body in two separate parts: the second one after the first has been read. */
async function postInParts(url: string, baggage: string, firstRead: Promise<unknown>): Promise<void> {
  const request = http.request(url, { method: 'POST', headers: { baggage }, agent: false })
  const response = once(request, 'response')
  request.write('first')
  await firstRead
  request.end('second')
  const [answer] = (await response) as [http.IncomingMessage]
  await once(answer.resume(), 'end')
}

/** Node 20 has no `Promise.withResolvers`. */
function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const LISTENER_OF = {
  'the listener': (listener: http.RequestListener) => createForwardListener(listener),
  'the middleware': (listener: http.RequestListener) => express().use(createForwardMiddleware(), listener),
}

describe.each(Object.entries(LISTENER_OF))(
  'the events of a request and its response behind %s',
  (_name, listenerOf) => {
    it('have its headers, however late they occur', async () => {
      const baggageAt: Record<string, unknown> = {}
      const note = (event: string): void => {
        baggageAt[event] = currentForwardHeaders()['baggage']
      }
      const first = withResolvers()
      const closed = withResolvers()
      const listener = listenerOf((request, response) => {
        request.on('data', (chunk: Buffer) => {
          note(chunk.toString())
          first.resolve()
        })
        request.on('end', () => {
          note('end')
          response.end()
        })
        response.on('finish', () => note('finish'))
        response.on('close', () => {
          note('close')
          closed.resolve()
        })
      })
      await using server = await serve(listener)
      await postInParts(server.url, 'a=1', first.promise)
      await closed.promise
      expect(baggageAt).toEqual({ first: 'a=1', second: 'a=1', end: 'a=1', finish: 'a=1', close: 'a=1' })
    })
  },
)
