// @ts-check
import { ROOT } from './root.mjs'
import { runTool } from './spawn.mjs'
import { clearResults, formatResults, readResults } from './test-summary.mjs'

/**
 * The tests that need a control plane: Consul and Istio, one scenario at a time. What is missing is said before, and its
 * tests are skipped; in CI that is a failure.
 * @param {string[]} filters with any, only the test files whose path holds one of them
 */
export async function testMesh(filters) {
  // On a fresh clone the lab is built only by now.
  const { findEnvoy, findGoTool, goTools, versions } = await import('../packages/lab/dist/index.js')
  let missing = 0
  for (const name of /** @type {const} */ (['consul', 'istio'])) {
    try {
      await findGoTool(goTools[name])
      // Now and not by the first test, which would run into its time limit.
      await findEnvoy({ version: versions[name].envoy, log: console.error })
    } catch (error) {
      missing += 1
      console.error(`skipped: the tests of ${name}. ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (missing > 0 && process.env['CI']) {
    console.error('CI skips no test: build what is missing first.')
    return 1
  }
  if (filters.length > 0) return runTool('vitest/vitest.mjs', ['run', '--project=mesh', ...filters])
  clearResults(`${ROOT}/e2e`)
  const code = await runTool('vitest/vitest.mjs', [
    'run',
    '--project=mesh',
    '--reporter=verbose',
    '--reporter=json',
    '--outputFile.json=e2e/test-results/mesh.json',
  ])
  console.log(formatResults(readResults()))
  return code
}
