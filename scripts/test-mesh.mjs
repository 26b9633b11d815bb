// @ts-check
import { runTool } from './spawn.mjs'

/**
 * The scenarios that need a control plane: Consul and Istio, one file at a time. Without its programs a mesh is left out,
 * and the line above says how to get them; in CI that is a failure.
 * @param {string[]} filters with any, only the test files whose path holds one of them
 */
export async function testMesh(filters) {
  // On a fresh clone the lab is built only by now.
  const { findEnvoy, findGoTool, goTools, versions } = await import('../packages/lab/dist/index.js')
  const skipped = []
  for (const mesh of /** @type {const} */ (['consul', 'istio'])) {
    try {
      await findGoTool(goTools[mesh])
      // Now and not by the first test, which would run into its time limit.
      await findEnvoy({ version: versions[mesh].envoy, log: console.error })
    } catch (error) {
      console.error(`skipped: every test of ${mesh}. ${error instanceof Error ? error.message : String(error)}`)
      skipped.push(mesh)
    }
  }
  if (skipped.length > 0 && process.env['CI']) {
    console.error('CI skips no test: build what is missing first.')
    return 1
  }
  return runTool('vitest/vitest.mjs', [
    'run',
    '--project=mesh',
    '--reporter=verbose',
    '--reporter=json',
    '--outputFile.json=e2e/test-results/mesh.json',
    ...skipped.flatMap((mesh) => [`--exclude=e2e/${mesh}/**`, `--exclude=e2e/contract/${mesh}*`]),
    ...filters,
  ])
}
