import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isRunning, pollUntil } from '@throughline/lab-testkit'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-parent-'))
fs.copyFileSync(path.join(import.meta.dirname, 'parent-watch.mjs'), path.join(folder, 'parent-watch.mjs'))
fs.writeFileSync(
  path.join(folder, 'program.mjs'),
  `import { stopWithParent } from './parent-watch.mjs'
stopWithParent()
process.on('SIGTERM', () => process.exit(0)).on('SIGINT', () => process.exit(0)).on('SIGHUP', () => process.exit(0))
setInterval(() => {}, 1000)
console.log(process.pid)
`,
)
afterAll(() => fs.rmSync(folder, { recursive: true }))

/** Starts the script by npm, and gives npm's process and the program's id. */
async function startByNpm(script: string): Promise<{ npm: ChildProcess; pid: number }> {
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ scripts: { go: script } }))
  const npm = spawn('npm', ['run', '--silent', 'go'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const [text] = (await once(npm.stdout, 'data')) as [Buffer]
  return { npm, pid: Number(String(text)) }
}

/** A shell that waits keeps an INT to itself: for that one the script must replace the shell, as ours do with `exec`. */
describe.each([
  ['in place of its shell', 'exec node program.mjs', ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGKILL']],
  ['behind a shell that waits', 'node program.mjs; true', ['SIGTERM', 'SIGHUP', 'SIGKILL']],
] as const)('a program that npm started %s', (_, script, signals) => {
  it.each(signals)(
    'ends when %s reaches npm alone',
    async (signal) => {
      const { npm, pid } = await startByNpm(script)
      npm.kill(signal)
      await pollUntil(async () => (isRunning(pid) ? undefined : true), {
        what: `the end of the program after ${signal}`,
        deadline: 15_000,
      })
      npm.kill('SIGKILL')
      expect(isRunning(pid)).toBe(false)
    },
    30_000,
  )
})
