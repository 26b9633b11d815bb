import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { type BackOff, startReaper, takeFreePort } from '@throughline/lab-programs'
import { pollUntil, temporaryFolder } from '@throughline/lab-testkit'
import { serveTraceStore } from '@throughline/trace-store'
import { beforeAll, describe, expect, it } from 'vitest'
import { serviceEnvironment } from './service-environment.ts'
import { createService } from './service.ts'

// The service runs what is built.
const root = path.join(import.meta.dirname, '..', '..', '..')
beforeAll(() => void execFileSync('npx', ['tsc', '-b', 'services/counting'], { cwd: root }), 120_000)

async function startCounting(backOff?: BackOff) {
  const folder = await temporaryFolder()
  const reaper = await startReaper()
  const store = await serveTraceStore({ otlpPort: 0, zipkinPort: 0, datadogPort: 0, queryPort: 0 })
  const port = await takeFreePort()
  const env = serviceEnvironment({ ...store, upstreamUrl: 'http://127.0.0.1:1' })
  const counting = createService({
    name: 'counting',
    address: `127.0.0.1:${port}`,
    // Spans wait for the end of the process.
    env: { ...env, FAULTS: 'on', OTEL_BSP_SCHEDULE_DELAY: '60000' },
    runDir: folder.path,
    reaper,
    backOff,
  })
  await counting.start()
  return {
    counting,
    port,
    store: store.store,
    log: () => fs.readFile(path.join(folder.path, 'counting.log'), 'utf8'),
    get: (headers: Record<string, string> = {}) =>
      fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close', ...headers } }),
    async [Symbol.asyncDispose]() {
      await counting.stop()
      await store.close()
      await reaper.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

describe('a service under the lab', () => {
  it('reports a crash and the time to its restart, and recovers', async () => {
    let delay = 60_000
    await using service = await startCounting({ delayAfter: () => delay })
    const { counting, get } = service
    await get({ baggage: 'throughline-fault=crash' }).catch(() => {})
    const down = await pollUntil(
      async () => (await counting.status()).restartsInMs !== undefined && counting.status(),
      {
        what: 'its end',
      },
    )
    expect(down).toMatchObject({ name: 'counting', state: 'down', reason: 'exit code 70', restarts: 0 })
    expect(down.restartsInMs).toBeGreaterThan(50_000)
    delay = 10
    await counting.restart()
    await get({ baggage: 'throughline-fault=crash' }).catch(() => {})
    const isBack = async () => counting.restarts() === 1 && (await counting.status()).state === 'ready'
    await pollUntil(isBack, { what: 'its return', deadline: 15_000 })
  })

  it.each([
    ['never sends a byte', '', 2000],
    ['never ends its request', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1', 5000],
  ])('ends by itself and flushes its spans under a client that %s', async (_what, sent, mostMs) => {
    await using service = await startCounting()
    const { counting, port, store, log, get } = service
    await get()
    const client = net.connect(port, '127.0.0.1')
    client.on('error', () => {})
    await once(client, 'connect')
    client.write(sent)
    await get()
    const start = performance.now()
    await counting.stop()
    expect(performance.now() - start).toBeLessThan(mostMs)
    client.destroy()
    expect(await log()).toContain('"msg":"stopped"')
    expect(store.traces({ service: 'counting' }).length).toBeGreaterThanOrEqual(2)
  })
})
