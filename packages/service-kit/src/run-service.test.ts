import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

const PACKAGE = path.join(import.meta.dirname, '..')

/** A service that answers after 300 ms and says, last of all, that it was closed. */
const SERVICE = `
import { createHealth, createLogger, runService } from ${JSON.stringify(path.join(PACKAGE, 'dist/index.js'))}
import { main } from ${JSON.stringify(path.join(PACKAGE, 'dist/main.js'))}
await main('slow', () => runService({
  logger: createLogger({ service: 'slow' }), health: createHealth(),
  app: (request, response) => { console.log('{"msg":"arrived"}'); setTimeout(() => response.end('done'), 300) },
  at: { host: '127.0.0.1', port: Number(process.env.PORT ?? 0) }, drainDelayMs: Number(process.env.DELAY ?? 0), drainTimeoutMs: 5000,
  onClosed: async () => { console.log(JSON.stringify({ msg: 'closed' })) },
}))`

function start(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SERVICE], { env: { ...process.env, ...env } })
  const lines: { msg: string; url?: string }[] = []
  let errors = ''
  const listening = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().trim().split('\n')) lines.push(JSON.parse(line))
      const url = lines.find((line) => line.url)?.url
      if (url) resolve(url)
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

  it('prints one line, without a stack, and exits 1 when the port is taken', async () => {
    const first = start()
    const { port } = new URL(await first.listening)
    const second = start({ PORT: port })
    expect(await second.ended).toEqual([1, null])
    expect(second.errors()).toBe(
      `slow: TL_PORT_IN_USE HOST=127.0.0.1 PORT=${port}: another program listens there; stop it or choose another\n`,
    )
    first.child.kill('SIGKILL')
  })
})
