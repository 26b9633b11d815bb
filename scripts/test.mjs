// @ts-check
import { ROOT } from './root.mjs'
import { runTool, runTurbo } from './spawn.mjs'
import { clearResults, formatResults, readResults } from './test-summary.mjs'

/**
 * Unit tests (cached per package), then the real Envoys and the browser (never cached).
 * In CI a skipped test is a failure: there, nothing may be missing.
 * @param {string[]} filters with any, only the test files whose path holds one of them
 */
export async function test(filters) {
  if (filters.length > 0) return runTool('vitest/vitest.mjs', ['run', ...filters])
  clearResults(ROOT)
  clearResults(`${ROOT}/e2e`)
  const unit = await runTurbo(['run', 'test', '--output-logs=new-only', '--log-order=grouped', '--continue=always'])
  const e2e = await runTool('vitest/vitest.mjs', [
    'run',
    '--project=e2e',
    '--reporter=verbose',
    '--reporter=json',
    '--outputFile.json=e2e/test-results/e2e.json',
  ])
  const total = readResults()
  console.log(formatResults(total))
  if (unit !== 0 || e2e !== 0) return 1
  if (total.skipped > 0 && process.env['CI']) {
    console.error('CI skips no test: the lines above name what each skipped one lacks.')
    return 1
  }
  return 0
}
