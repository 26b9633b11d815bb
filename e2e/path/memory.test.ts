import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServiceInMemory, startInChartMemory } from '../support/service-in-memory.ts'

let counting: ServiceInMemory
let dashboard: ServiceInMemory

beforeAll(async () => {
  counting = await startInChartMemory('counting', { FAULTS: 'on' })
  dashboard = await startInChartMemory('dashboard', {
    COUNTING_SERVICE_URL: counting.url,
    FAULTS: 'on',
    TRAFFIC: 'off',
  })
})

afterAll(async () => {
  await dashboard[Symbol.asyncDispose]()
  await counting[Symbol.asyncDispose]()
})

const list = <T>(length: number, item: (index: number) => T): T[] => Array.from({ length }, (_, index) => item(index))

/** A connection that sends and never reads. */
async function connectDeaf(url: string, text: string): Promise<net.Socket> {
  const { hostname, port } = new URL(url)
  const socket = net.connect(Number(port), hostname).on('error', () => {})
  await once(socket, 'connect')
  socket.pause()
  socket.write(text)
  return socket
}

const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`

/** Sequential requests of a well-behaved client; each must be answered with 200. */
async function beGoodClient(url: string, requests: number): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  for (let request = 0; request < requests; request += 1) {
    const sent = http.get(url, { agent })
    const [response] = (await once(sent, 'response')) as [http.IncomingMessage]
    response.resume()
    await once(response, 'end')
    expect(response.statusCode).toBe(200)
  }
  agent.destroy()
}

describe("the services in the memory of the chart's limit", { timeout: 120_000 }, () => {
  it('answer /health while one connection requests 20,000 counts at once', async () => {
    const flood = await connectDeaf(dashboard.url, get('/api/count').repeat(20_000))
    await beGoodClient(`${dashboard.url}/health`, 50)
    flood.destroy()
    await pollUntil(async () => (await fetch(`${dashboard.url}/api/count`)).ok, {
      what: 'a count again',
      deadline: 60_000,
    })
    expect([dashboard.ended(), counting.ended()]).toEqual([null, null])
  })

  it('answer a well-behaved client while 200 connections request more than they read', async () => {
    const slow = 'baggage: throughline-fault=delay:1000\r\n'
    const floods = await Promise.all(list(200, () => connectDeaf(dashboard.url, get('/api/count', slow).repeat(100))))
    await beGoodClient(`${dashboard.url}/health`, 20)
    const others = await Promise.all(list(50, () => connectDeaf(counting.url, get('/', slow).repeat(1000))))
    await beGoodClient(`${counting.url}/health`, 20)
    for (const socket of [...floods, ...others]) socket.destroy()
    await pollUntil(async () => (await fetch(`${dashboard.url}/api/count`)).ok, {
      what: 'a count again',
      deadline: 60_000,
    })
    expect([dashboard.ended(), counting.ended()]).toEqual([null, null])
  })

  it('survive 100 unread event streams and 100 unread polls of the history', async () => {
    const noise = { baggage: list(60, (index) => `key-${index}=${'x'.repeat(60)}`).join() }
    const streams = await Promise.all(list(100, () => connectDeaf(dashboard.url, get('/api/events'))))
    const polls = await Promise.all(list(100, () => connectDeaf(dashboard.url, get('/api/history').repeat(20))))
    for (let round = 0; round < 60; round += 1) {
      await Promise.all(list(40, () => fetch(`${dashboard.url}/api/count`, { headers: noise })))
    }
    await beGoodClient(`${dashboard.url}/health`, 10)
    for (const socket of [...streams, ...polls]) socket.destroy()
    expect(dashboard.ended()).toBe(null)
  })
})
