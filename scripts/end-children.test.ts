import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { isRunning, pollUntil, temporaryFolder } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import config from '../vitest.config.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const FOREVER = 'setInterval(() => {}, 1000)'
/** Ways to start a child that runs until it is ended, each with an environment of its own. */
const WAYS: Record<string, string> = {
  spawn: `cp.spawn(process.execPath, ['-e', '${FOREVER}'], { env: {}, stdio: 'ignore' })`,
  'spawn, TERM ignored': `cp.spawn('sh', ['-c', 'trap "" TERM; sleep 600'], { env: {}, stdio: 'ignore' })`,
  execFile: `cp.execFile(process.execPath, ['-e', '${FOREVER}'], { env: {} }, () => {})`,
  fork: `cp.fork(forever, { env: {} })`,
  'exec, behind a shell': `cp.exec('sleep 600; true', { env: {} }, () => {})`,
  'a child of a child, behind npm': `cp.spawn('npm', ['exec', '--silent', '-c', 'sleep 600; true'], { stdio: 'ignore' })`,
}

/** A program that starts one child in every way, and prints their process ids. */
const PARENT = `
import cp from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { endChildrenWithUs } from ${JSON.stringify(`${ROOT}/scripts/end-children.mjs`)}
const forever = path.join(import.meta.dirname, 'forever.mjs')
fs.writeFileSync(forever, '${FOREVER}')
endChildrenWithUs()
endChildrenWithUs()
const children = [${Object.values(WAYS).join(', ')}]
const detached = cp.spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
const ended = cp.spawn('true')
ended.once('exit', () => console.log(JSON.stringify({ children: children.map(({ pid }) => pid), detached: detached.pid })))
setInterval(() => {}, 1000)
`

/** Every process below these, and these. */
async function withDescendants(pids: number[]): Promise<number[]> {
  const below = await Promise.all(
    pids.map(async (pid) => {
      const children = await fs.readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
      return withDescendants(children.split(' ').filter(Boolean).map(Number))
    }),
  )
  return [...pids, ...below.flat()]
}

async function expectEnded(pids: number[]): Promise<void> {
  const left = async () => (pids.some((pid) => isRunning(pid)) ? undefined : true)
  await pollUntil(left, { deadline: 60_000, what: `the end of ${pids.join(', ')}` })
}

async function firstLine(stream: Readable): Promise<string> {
  const [line] = (await once(createInterface({ input: stream }), 'line')) as [string]
  return line
}

describe('the children of a process', () => {
  it.concurrent.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)(
    'end with it after %s, however they were started, but for detached ones',
    async (signal) => {
      await using folder = await temporaryFolder()
      const file = path.join(folder.path, 'parent.mjs')
      await fs.writeFile(file, PARENT)
      const parent = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
      const { children, detached } = JSON.parse(await firstLine(parent.stdout)) as {
        children: number[]
        detached: number
      }
      try {
        // Behind npm it takes a while to be there.
        const all = await pollUntil(
          async () => {
            const found = await withDescendants(children)
            return found.length >= children.length + 3 ? found : undefined
          },
          { deadline: 60_000, what: 'what npm starts' },
        )
        parent.kill(signal)
        await expectEnded([parent.pid ?? 0, ...all])
        expect(isRunning(detached)).toBe(true)
      } finally {
        process.kill(detached)
      }
    },
    120_000,
  )
})

describe('a run of vitest', () => {
  it('ends the children of its tests in every project', () => {
    const { globalSetup, projects = [] } = config.test ?? {}
    const setups = projects.map((project) => (project as { test: { setupFiles?: string } }).test.setupFiles)
    expect(new Set(setups)).toEqual(new Set([globalSetup]))
  })

  it('begins with the longest files, all of which exist', async () => {
    const text = await fs.readFile(path.join(ROOT, 'vitest.config.ts'), 'utf8')
    const [, list = ''] = /^const longest = \[(.*?)\]/ms.exec(text) ?? []
    const files = [...list.matchAll(/'(.*)'/g)].map(([, file]) => `${file}.test.ts`)
    expect(files).not.toEqual([])
    for (const file of files) await fs.access(path.join(ROOT, file))
  })

  it.concurrent.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'leaves no process when %s reaches only its main process',
    async (signal) => {
      await using folder = await temporaryFolder()
      const pids = path.join(folder.path, 'pids')
      await fs.writeFile(
        path.join(folder.path, 'a.test.js'),
        `import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { it } from 'vitest'
it('starts a service', async () => {
  const service = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); ${FOREVER}'], { env: {} })
  fs.writeFileSync(${JSON.stringify(`${pids}.new`)}, process.pid + ' ' + service.pid)
  fs.renameSync(${JSON.stringify(`${pids}.new`)}, ${JSON.stringify(pids)})
  await new Promise(() => {})
}, 60_000)
`,
      )
      const setup = path.join(ROOT, String(config.test?.globalSetup))
      await fs.writeFile(
        path.join(folder.path, 'vitest.config.mjs'),
        `export default { test: { globalSetup: ${JSON.stringify(setup)}, setupFiles: ${JSON.stringify(setup)} } }`,
      )
      await fs.symlink(path.join(ROOT, 'node_modules'), path.join(folder.path, 'node_modules'))
      const main = spawn(process.execPath, [path.join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'], {
        cwd: folder.path,
        stdio: 'ignore',
      })
      const started = await pollUntil(async () => (await fs.readFile(pids, 'utf8').catch(() => '')) || undefined, {
        deadline: 30_000,
        what: 'the test',
      })
      main.kill(signal)
      await expectEnded([main.pid ?? 0, ...started.split(' ').map(Number)])
    },
    120_000,
  )
})
