// @ts-check
/** Reads every Dockerfile with hadolint; any finding fails the check. */
import { execFileSync } from 'node:child_process'
import { ROOT } from './root.mjs'
import { runProgram } from './spawn.mjs'

const { findHadolint } = await import('@throughline/lab-programs')
const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*Dockerfile*'], {
  cwd: ROOT,
  encoding: 'utf8',
})
const files = list
  .trim()
  .split('\n')
  .filter((file) => /(^|\/)(\w+\.)?Dockerfile$/.test(file))
try {
  process.exitCode = await runProgram(await findHadolint(), files)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
