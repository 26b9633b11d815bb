// @ts-check
import fs from 'node:fs'
import { ROOT } from './root.mjs'
import { runProject } from './run-project.mjs'
import { runTool, runTurbo } from './spawn.mjs'
import { clearResults, formatResults, readResults } from './test-summary.mjs'

/**
 * Unit tests (cached per package), then the real Envoys and the browser (never cached).
 * In CI a skipped test is a failure: there, nothing may be missing.
 * @param {string[]} filters with any, only the test files whose path holds one of them
 */
export async function test(filters) {
  if (filters.length > 0)
    return runTool('vitest/vitest.mjs', ['run', '--project=!{matrix,mesh,compose,cluster}', ...filters])
  clearResults(ROOT)
  clearResults(`${ROOT}/e2e`)
  const unit = await runTurbo([
    'run',
    'test',
    '--output-logs=new-only',
    '--log-order=grouped',
    '--continue=always',
    '--concurrency=2',
  ])
  const e2e = (await hasEnvoy()) ? await runProject('e2e') : skipScenarios()
  const total = readResults()
  console.log(formatResults(total))
  if (unit !== 0 || e2e !== 0) return 1
  if (total.skipped > 0 && process.env['CI']) {
    console.error('CI skips no test: the lines above name what each skipped one lacks.')
    return 1
  }
  return 0
}

/** Finds Envoy, or fetches it now: a first test that waits for a download would run into its time limit. */
async function hasEnvoy() {
  // Not earlier: on a fresh clone the lab is built only by now.
  const { findEnvoy } = await import('@throughline/lab-programs')
  try {
    await findEnvoy({ log: console.error })
    return true
  } catch (error) {
    console.error(
      `skipped: every test in e2e/, for there is no Envoy. ${error instanceof Error ? error.message : String(error)}`,
    )
    return false
  }
}

/** Counts each test file as one skipped test, so that the closing line tells. */
function skipScenarios() {
  const files = fs.readdirSync(`${ROOT}/e2e`, { recursive: true, encoding: 'utf8' })
  const numPendingTests = files.filter((file) => /^(path|page)\/.*\.test\.ts$|^contract\/static/.test(file)).length
  fs.mkdirSync(`${ROOT}/e2e/test-results`, { recursive: true })
  const result = { numPassedTests: 0, numFailedTests: 0, numPendingTests, numTodoTests: 0, testResults: [] }
  fs.writeFileSync(`${ROOT}/e2e/test-results/e2e.json`, JSON.stringify(result))
  return 0
}
