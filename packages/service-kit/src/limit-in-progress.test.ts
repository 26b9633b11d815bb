import { AsyncLocalStorage } from 'node:async_hooks'
import express, { type Request, type Response } from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { errorHandler } from './error-handler.ts'
import { limitInProgress } from './limit-in-progress.ts'
import { listen } from './listen.ts'
import { createLogger } from './logger.ts'

async function serve({ untilDone = Promise.resolve() } = {}) {
  const held: Response[] = []
  const handle = (_request: Request, response: Response): Promise<void> => {
    held.push(response)
    return untilDone
  }
  const app = express()
    .get('/', limitInProgress({ running: 2, waiting: 1 }, handle))
    .use(errorHandler(createLogger({ service: 'test', level: 'silent' })))
  const listening = await listen(app, { host: '127.0.0.1', port: 0 })
  return {
    url: listening.url,
    held,
    [Symbol.asyncDispose]: async () => void (await listening.close(0)),
  }
}

describe('limitInProgress', () => {
  it('runs some requests, queues some, and answers the others 503 with Retry-After', async () => {
    await using server = await serve()
    const answers = [1, 2].map(() => fetch(server.url))
    await expect.poll(() => server.held.length).toBe(2)
    const waiting = fetch(server.url)
    const refused = await expectRefused(server.url)
    expect(refused).toMatchObject({ code: 'TL_BUSY' })
    expect(server.held).toHaveLength(2)
    server.held[0]?.send('done')
    await expect.poll(() => server.held.length).toBe(3)
    for (const response of server.held.slice(1)) response.send('done')
    expect((await Promise.all([...answers, waiting])).map(({ status }) => status)).toEqual([200, 200, 200])
  })

  it('forgets a client that disconnected, running or waiting', async () => {
    await using server = await serve()
    const abort = new AbortController()
    const left = [1, 2, 3].map(() => fetch(server.url, { signal: abort.signal }).catch(() => {}))
    await expectRefused(server.url)
    abort.abort()
    await Promise.all(left)
    await expect.poll(() => server.held.filter((response) => response.closed).length).toBe(server.held.length)
    server.held.length = 0
    const answer = fetch(server.url)
    await expect.poll(() => server.held.length).toBe(1)
    server.held[0]?.send('done')
    expect((await answer).status).toBe(200)
  })
})

it('runs a request that waited in its own asynchronous context, and so in its own trace', async () => {
  const context = new AsyncLocalStorage<string>()
  const seen: [string, string | undefined][] = []
  const held: Response[] = []
  const limited = limitInProgress({ running: 1, waiting: 2 }, (incoming, response) => {
    seen.push([incoming.path, context.getStore()])
    held.push(response)
  })
  const app = express().use((incoming, response, next) =>
    context.run(incoming.path, () => limited(incoming, response, next)),
  )
  const listening = await listen(app, { host: '127.0.0.1', port: 0 })
  const answers = ['/a', '/b', '/c'].map((path) => fetch(`${listening.url}${path}`))
  for (let number = 0; number < 3; number += 1) {
    await expect.poll(() => held.length).toBe(number + 1)
    held[number]?.send('done')
  }
  await Promise.all(answers)
  expect(seen.every(([path, store]) => path === store)).toBe(true)
  await listening.close(0)
})

it('counts work that continues without its client', async () => {
  let finish = (): void => {}
  await using server = await serve({ untilDone: new Promise((resolve) => (finish = resolve)) })
  const abort = new AbortController()
  const left = [1, 2].map(() => fetch(server.url, { signal: abort.signal }).catch(() => {}))
  await expect.poll(() => server.held.length).toBe(2)
  abort.abort()
  await Promise.all(left)
  await expect.poll(() => server.held.every((response) => response.closed)).toBe(true)
  const waiting = fetch(server.url)
  await expectRefused(server.url)
  expect(server.held).toHaveLength(2)
  finish()
  await expect.poll(() => server.held.length).toBe(3)
  server.held[2]?.send('done')
  expect((await waiting).status).toBe(200)
})

/** Until the limit is reached: what was sent before may still be on its way. */
async function expectRefused(url: string): Promise<unknown> {
  let body: unknown
  await expect
    .poll(async () => {
      const {
        status,
        headers,
        body: answered,
      } = await request(url)
        .get('/')
        .timeout(50)
        .catch(() => ({ status: 0, headers: {} as Record<string, string>, body: undefined }))
      body = answered
      return [status, headers['retry-after']]
    })
    .toEqual([503, '1'])
  return body
}
