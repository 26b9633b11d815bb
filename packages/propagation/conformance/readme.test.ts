import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { HEADER_CATALOGUE } from '../src/index.ts'
import { type InstalledPackage, installPackage } from './installed-package.ts'
import { postRaw } from './post-raw.ts'
import { QUIET_SDK, startApp } from './start-app.ts'
import { record, valuesOf } from './test-server.ts'

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7'
const SPAN = 'e457b5a2e4d86bd1'

/** What the README's OpenTelemetry sections call `app.cjs`: any application. */
const ANY_APP = `
const http = require('node:http')
http.createServer((request, response) => {
  http.get('http://counting:9001/', (answer) => answer.resume().on('end', () => response.end('{}')))
}).listen(3000)
`

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

describe('the README', () => {
  let readme: string
  let installed: InstalledPackage
  beforeAll(async () => {
    readme = await fs.readFile(new URL('../README.md', import.meta.url), 'utf8')
    installed = await installPackage()
  })
  afterAll(() => installed[Symbol.asyncDispose]())

  /** The program whose first line is a comment with that file name. */
  function snippet(name: string): string {
    const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code)
    return blocks.find((code) => code.startsWith(`// ${name}`)) ?? `throw new Error('the README has no ${name}')`
  }

  /** Runs programs unchanged except for the port and the address of the other service, and returns their call. */
  async function callOf(programs: Readonly<Record<string, string>>, args: readonly string[]) {
    await using upstream = await record()
    for (const [name, code] of Object.entries(programs)) {
      const listening = '.listen(0, "127.0.0.1", function () { console.log(this.address().port) })'
      const here = code.replace('.listen(3000)', listening).replace(/http:\/\/counting:9001/, upstream.url)
      await fs.writeFile(path.join(installed.project, name), here)
    }
    await using app = await startApp({ cwd: installed.project, args, env: QUIET_SDK })
    const headers: [string, string][] = [['traceparent', `00-${TRACE}-${SPAN}-01`]]
    expect(await postRaw(app.url, headers, '')).toMatch(/^HTTP\/1\.1 200 /)
    return upstream.requests[0]
  }

  it('brings a service with OpenTelemetry into the trace', async () => {
    const programs = { 'instrumentation.mjs': snippet('instrumentation.mjs'), 'app.cjs': ANY_APP }
    const call = await callOf(programs, ['--import=./instrumentation.mjs', 'app.cjs'])
    expect(valuesOf(call, 'x-b3-traceid')).toEqual([TRACE])
    expect(valuesOf(call, 'x-b3-spanid')).not.toEqual([SPAN])
  })

  it('has the preload that another test runs', () => {
    expect(readme).toContain('OTEL_PROPAGATORS=none node')
    expect(readme).toContain('--import=@throughline/propagation/otel-register')
  })

  it.each(['express.mjs', 'http.mjs', 'by-hand.mjs'])('propagates the headers in %s', async (name) => {
    // Express answers GET only.
    const code = snippet(name).replace("app.get('/'", "app.all('/'")
    const call = await callOf({ [name]: code }, [name])
    expect(valuesOf(call, 'traceparent')).toEqual([`00-${TRACE}-${SPAN}-01`])
    expect(valuesOf(call, 'x-b3-spanid')).toEqual([SPAN])
  })

  it('names every header that is read', () => {
    const read = HEADER_CATALOGUE.filter(({ rule }) => rule !== 'never').map(({ name }) => name)
    expect(read.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
  })
})
