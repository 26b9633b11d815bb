import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'

const PACKAGE = path.join(import.meta.dirname, '..')

/** A service that answers after 300 ms and says, last of all, that it was closed. */
const SERVICE = `
import { createHealth, createLogger, runService } from ${JSON.stringify(path.join(PACKAGE, 'dist/index.js'))}
import { main } from ${JSON.stringify(path.join(PACKAGE, 'dist/main.js'))}
const logger = createLogger({ service: 'slow' })
await main('slow', () => runService({
  logger, health: createHealth(),
  app: (request, response) => {
    logger.info('arrived')
    for (let line = 0; line < Number(process.env.LINES ?? 0); line += 1) logger.info('x'.repeat(100))
    setTimeout(() => response.end('done'), 300)
  },
  at: { host: '127.0.0.1', port: Number(process.env.PORT ?? 0) }, drainDelayMs: Number(process.env.DELAY ?? 0), drainTimeoutMs: 5000,
  onClosed: async () => logger.info('closed'),
}))`

function start(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SERVICE], { env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: { msg: string; url?: string }[] = []
  let errors = ''
  const listening = new Promise<string>((resolve) => {
    let unfinished = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const complete = (unfinished + chunk).split('\n')
      // The last output of a process may be truncated.
      unfinished = complete.pop() ?? ''
      for (const line of complete) {
        const parsed = JSON.parse(line) as { msg: string; url?: string }
        lines.push(parsed)
        if (parsed.url) resolve(parsed.url)
      }
    })
  })
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  return { child, listening, ended, messages: () => lines.map((line) => line.msg), errors: () => errors }
}

describe('runService', () => {
  beforeAll(() => void execFileSync('npx', ['tsc', '-b'], { cwd: PACKAGE, stdio: 'inherit' }), 60_000)

  it('answers the request in flight, then closes the rest, then exits 0', async () => {
    const service = start()
    const response = fetch(await service.listening)
    await expect.poll(service.messages).toContain('arrived')
    service.child.kill('SIGTERM')
    expect(await (await response).text()).toBe('done')
    expect(await service.ended).toEqual([0, null])
    expect(service.messages()).toEqual(['listening', 'arrived', 'draining', 'closed', 'stopped'])
  })

  it('exits at once on a second signal', async () => {
    const service = start({ DELAY: '60000' })
    await service.listening
    service.child.kill('SIGTERM')
    await expect.poll(service.messages).toContain('draining')
    service.child.kill('SIGINT')
    expect(await service.ended).toEqual([130, null])
  })

  it('prints one line without a stack, and exits with 1 when the port is in use', async () => {
    const first = start()
    const { port } = new URL(await first.listening)
    const second = start({ PORT: port })
    expect(await second.ended).toEqual([1, null])
    expect(second.errors()).toBe(
      `slow: TL_PORT_IN_USE HOST=127.0.0.1 PORT=${port}: another program listens there; stop it or choose another\n`,
    )
    first.child.kill('SIGKILL')
  })

  it('runs and ends normally when its output is not read', async () => {
    const service = start({ LINES: '20000' })
    const url = await service.listening
    service.child.stdout.pause()
    expect(await (await fetch(url)).text()).toBe('done')
    expect(await (await fetch(url)).text()).toBe('done')
    service.child.kill('SIGTERM')
    expect(await once(service.child, 'exit')).toEqual([0, null])
  })

  it('runs and ends normally with its log on a full disk', async () => {
    const full = fs.openSync('/dev/full', 'w')
    const port = await freePort()
    const child = spawn(process.execPath, ['--input-type=module', '-e', SERVICE], {
      env: { ...process.env, PORT: String(port), LINES: '10' },
      stdio: ['ignore', full, 'inherit'],
    })
    fs.closeSync(full)
    const exit = once(child, 'exit')
    onTestFinished(() => void child.kill('SIGKILL'))
    await expect
      .poll(() =>
        fetch(`http://127.0.0.1:${port}`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200)
    child.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
  })
})

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
