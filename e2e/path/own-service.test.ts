import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { OwnService } from '@throughline/lab-meshes'
import { takeFreePort } from '@throughline/lab-programs'
import { createLab } from '@throughline/lab-stack'
import { pollUntil } from '@throughline/lab-testkit'
import { collectEvidence, judge, openBackend } from 'throughline'
import { describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { count } from '../support/count.ts'
import { pageText } from '../support/page-text.ts'
import { runCli } from '../support/run-cli.ts'
import { untilState } from '../support/until-state.ts'

const root = path.join(import.meta.dirname, '../..')

const command = (line: string): OwnService['command'] => ({
  line,
  cwd: root,
  env: { PATH: process.env['PATH'] ?? '' },
})

/** A service of a stranger: plain Node, no tracing. */
async function startStranger(
  answer: (response: http.ServerResponse) => void,
  { port = 0, host = '127.0.0.1' }: { port?: number; host?: string } = {},
) {
  const server = http.createServer((_request, response) => answer(response))
  server.listen(port, host)
  await once(server, 'listening')
  const { port: bound } = server.address() as AddressInfo
  return {
    address: host.includes(':') ? `[${host}]:${bound}` : `${host}:${bound}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

describe('a service of the user behind counting’s sidecar', () => {
  it.for([
    [
      'before',
      ['TLV101 the app behind counting-sidecar'],
      4,
      'Unbroken up to your service',
      /TLV101.*the app behind counting-sidecar.*Fix/s,
    ],
    ['after', [], 6, 'Unbroken', /The trace is whole/],
  ] as const)(
    'guide 06, %s: verify and the page say whether its trace is whole',
    async ([file, findings, spans, verdict, panel], context) => {
      const address = `127.0.0.1:${await takeFreePort()}`
      const line = `"${process.execPath}" examples/your-own-service/${file}.mjs`
      await using lab = await createLab({ ownService: { address, path: '/shop', command: command(line) } })
      await using tab = await openPage(requireBrowser(context), 'about:blank')
      const { page } = tab
      // The first request may end before the page knows whether it can verify.
      const shown = page.locator('#state-meaning', { hasText: 'answered' }).waitFor()
      await page.route('**/api/findings', async (route) => {
        if (route.request().method() === 'GET') await shown
        await route.continue()
      })
      await page.goto(lab.dashboardUrl)
      await pageText(page, '#path', /counting-sidecar.*your service/)
      await pageText(page, '#state-meaning', /your service answered/)
      await pageText(page, '#trace-summary', new RegExp(`^${spans} spans`))
      await pageText(page, '#verdict-text', new RegExp(`^${verdict}$`))
      if (await page.locator('#verify').isVisible()) await pageText(page, '#findings', panel)
      expect(await page.locator('#faults').isVisible()).toBe(false)
      const evidence = await collectEvidence({
        url: `${lab.dashboardUrl}/api/count`,
        backend: await openBackend({ target: `jaeger=${lab.queryUrl}`, headers: {} }),
        settleMs: 2000,
        intervalMs: 50,
      })
      const found = judge(evidence).findings.filter(({ level }) => level !== 'note')
      expect(found.map(({ id, hop }) => `${id} ${hop}`)).toEqual(findings)
      expect(tab.errors).toEqual([])
    },
  )

  it('runs in any language, on IPv6, and is started again when it dies', async (context) => {
    const port = await takeFreePort()
    const line = 'exec python3 -m http.server --bind ::1 "$PORT"'
    await using lab = await createLab({ ownService: { address: `[::1]:${port}`, command: command(line) } })
    expect(await count(lab)).toMatchObject({ state: 'connected', status: 200, count: 1 })
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    await pageText(tab.page, '#path', /your service.*ready/)
    process.kill(lab.pids()['your service'] ?? 0, 'SIGKILL')
    await pageText(tab.page, '#path', /your service.*restarted 1×/)
    await untilState(lab, 'connected')
  })

  it('may start late, answer slowly, and fail: each is told apart', async (context) => {
    const port = await takeFreePort()
    const address = `127.0.0.1:${port}`
    await using lab = await createLab({ ownService: { address } })
    expect(await count(lab)).toMatchObject({ state: 'unreachable', status: 503 })
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    await pageText(tab.page, '#state-label', /^Unreachable$/)
    let answer = (response: http.ServerResponse): void => void setTimeout(() => response.end('hello'), 2500)
    await using _late = await startStranger((response) => answer(response), { port })
    expect(await count(lab)).toMatchObject({ state: 'connected', status: 200 })
    await pageText(tab.page, '#state-label', /^Connected$/)
    answer = (response) => void response.writeHead(404).end('no such page')
    expect(await count(lab)).toMatchObject({ state: 'failing', reason: 'your service answered 404: no such page' })
    answer = (response) => void response.destroy()
    expect(await count(lab)).toMatchObject({ state: 'unreachable', status: 503 })
    await lab.mesh?.deny()
    expect(await count(lab)).toMatchObject({ state: 'denied' })
  })

  it.each([
    ['a command that does not exist', 'no-such-program-here', /no-such-program-here.*not found/],
    ['one that fails, with what it printed', 'echo out of cheese; exit 3', /exit code 3.*out of cheese/s],
  ])('says in one message why it did not start: %s', async (_what, line, message) => {
    const address = `127.0.0.1:${await takeFreePort()}`
    const start = createLab({ ownService: { address, command: command(line) } })
    await expect(start).rejects.toThrow(message)
    await expect(start).rejects.toThrow(`It is expected to listen at ${address}`)
  })

  it('refuses to start a command where another program listens', async () => {
    await using other = await startStranger((response) => response.end())
    const start = createLab({ ownService: { address: other.address, command: command('sleep 60') } })
    await expect(start).rejects.toThrow(/\(your service\) is in use by/)
  })
})

it('the demo shows the output of the command, and ends it', async () => {
  const port = await takeFreePort()
  const line = `echo listening soon; exec python3 -m http.server --bind 127.0.0.1 ${port}`
  await using cli = runCli(['demo', '--free-ports', '--counting', `http://localhost:${port}`, '--command', line])
  await cli.printed(/your service \| listening soon/)
  await cli.printed(/Yours +http:\/\/localhost:\d+.*\n +Verify +npm run verify/)
  await fetch(`http://127.0.0.1:${port}/?seen`)
  await cli.printed(/your service \| .*GET \/\?seen/)
  cli.kill('SIGTERM')
  expect(await cli.ended).toBe(0)
  const gone = () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => undefined,
      () => true,
    )
  await pollUntil(gone, { what: 'the end of the service' })
})
