import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { answersOk, isPortFree, pollUntil, temporaryFolder } from '@throughline/lab-programs'
import { describe, expect, it } from 'vitest'
import { openPage } from './open-page.ts'

/** Forwards nothing: it answers itself, records its arguments, and ends when it is asked for `/end`. */
const FORWARDS = `
const args = process.argv.slice(2)
require('node:fs').appendFileSync(process.env.LOG, args.join(' ') + '\\n')
const [port] = args.find((word) => /^\\d+:\\d+$/.test(word)).split(':')
require('node:http').createServer((request, response) => {
  if (request.url === '/end') process.exit(1)
  response.writeHead(request.url === '/health' ? 200 : 404).end()
}).listen(Number(port), '127.0.0.1')`

/** A kubectl on PATH that runs this script. */
async function kubectl(script: string) {
  const folder = await temporaryFolder()
  await fs.writeFile(path.join(folder.path, 'kubectl.cjs'), script)
  const line = `exec "${process.execPath}" "${folder.path}/kubectl.cjs" "$@"`
  await fs.writeFile(path.join(folder.path, 'kubectl'), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  const log = path.join(folder.path, 'log')
  return {
    env: { PATH: folder.path, LOG: log },
    commands: async () => (await fs.readFile(log, 'utf8')).trim().split('\n'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** Takes the page's port, unless something has it. */
async function takePagePort(): Promise<AsyncDisposable> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.once('error', () => resolve()).listen(9002, () => resolve()))
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) }
}

describe('the port-forward to the page', () => {
  it('names context and namespace, takes another port where 9002 is taken, and frees it', async () => {
    await using fake = await kubectl(FORWARDS)
    await using _taken = await takePagePort()
    const page = await openPage('work', { env: fake.env, log: () => {} })
    const { port } = new URL(page.url)
    expect(port).not.toBe('9002')
    expect(await answersOk(`${page.url}/health`)).toBe(true)
    await page[Symbol.asyncDispose]()
    expect(await isPortFree(Number(port))).toBe(true)
    expect(await fake.commands()).toEqual([
      `--context work port-forward deployment/dashboard ${port}:9002 --namespace throughline`,
    ])
  })

  it('is opened again on the same port when it ends, and says so', async () => {
    await using fake = await kubectl(FORWARDS)
    await using _taken = await takePagePort()
    const lines: string[] = []
    await using page = await openPage('work', { env: fake.env, log: (line) => void lines.push(line) })
    expect(await answersOk(`${page.url}/end`)).toBe(false)
    await pollUntil(async () => (await fake.commands()).length === 2 && (await answersOk(`${page.url}/health`)), {
      what: 'the port-forward again',
    })
    const [first, second] = await fake.commands()
    expect(second).toBe(first)
    expect(lines).toEqual([expect.stringMatching(/^kubectl port-forward ended \(.*1.*\); starting it again/)])
  })

  it('is closed when the run is cancelled, before or after', async () => {
    await using fake = await kubectl(FORWARDS)
    await using _taken = await takePagePort()
    const controller = new AbortController()
    await using page = await openPage('work', { env: fake.env, log: () => {}, signal: controller.signal })
    let closed = false
    void page.closed.then(() => (closed = true))
    expect(await answersOk(`${page.url}/health`)).toBe(true)
    expect(closed).toBe(false)
    controller.abort()
    await page.closed
    await using late = await openPage('work', { env: fake.env, log: () => {}, signal: controller.signal })
    await late.closed
  })

  it('that fails repeats what kubectl said, and one without kubectl names it', async () => {
    await using fake = await kubectl(`console.error('error: deployments.apps "dashboard" not found'); process.exit(1)`)
    const run = { log: () => {} }
    await expect(openPage('work', { ...run, env: fake.env })).rejects.toMatchObject({
      code: 'TL_PROGRAM_FAILED',
      message: expect.stringMatching(/^kubectl port-forward ended .*\n.*"dashboard" not found/),
    })
    await expect(openPage('work', { ...run, env: { PATH: '/nowhere' } })).rejects.toMatchObject({
      code: 'TL_BINARY_MISSING',
    })
  })
})
