import type http from 'node:http'
import { startServer } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { planProbe } from './plan-probes.ts'
import { sendProbe } from './send-probe.ts'

const ENDLESS: [string, http.RequestListener][] = [
  ['that never ends', (_request, response) => endlessly(response.writeHead(200))],
  ['that comes drop by drop', (_request, response) => dropwise(response.writeHead(200))],
  ['of which nothing comes', (_request, response) => response.writeHead(200).flushHeaders()],
]

describe('a probe', () => {
  it.concurrent.each(ENDLESS)('whose answer has a body %s takes seconds, not --timeout', async (_what, listener) => {
    await using server = await startServer(listener)
    const started = performance.now()
    const probe = await sendProbe(planProbe('w3c', 1), { url: server.url, timeoutMs: 30_000 })
    expect(probe).toMatchObject({ status: 200, failure: null })
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('without an answer in time has none', async () => {
    await using server = await startServer(() => {})
    const probe = await sendProbe(planProbe('w3c', 1), { url: server.url, timeoutMs: 100 })
    expect(probe).toMatchObject({ status: null, failure: 'ETIMEDOUT' })
  })

  it('keeps the words of a proxy from the end of a body that takes a while', async () => {
    const words = 'upstream connect error or disconnect/reset before headers. reset reason: connection timeout'
    await using server = await startServer((_request, response) => {
      response.writeHead(503, { 'content-type': 'text/plain' }).write(words.slice(0, 20))
      setTimeout(() => response.end(words.slice(20)), 200)
    })
    const probe = await sendProbe(planProbe('w3c', 1), { url: server.url })
    expect(probe).toMatchObject({ status: 503, words: 'reset' })
  })
})

function endlessly(response: http.ServerResponse): void {
  if (!response.destroyed) response.write('x'.repeat(16_384), () => setImmediate(endlessly, response))
}

function dropwise(response: http.ServerResponse): void {
  response.write('x')
  const timer = setInterval(() => response.write('x'), 100)
  response.once('close', () => clearInterval(timer))
}
