// @ts-check
/** Reads every Dockerfile with hadolint; any finding fails the check. */
import { runProgram } from './spawn.mjs'
import { trackedFiles } from './tracked-files.mjs'

const { findHadolint } = await import('@throughline/lab-programs')
const files = trackedFiles('*Dockerfile*').filter((file) => /(^|\/)(\w+\.)?Dockerfile$/.test(file))
try {
  process.exitCode = await runProgram(await findHadolint(), files)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
