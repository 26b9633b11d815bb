// @ts-check
import { runTool } from './spawn.mjs'

/**
 * Propagation through every Envoy that is pinned, not only the newest; those that are missing are fetched. Its results
 * lie beside those of `npm test`.
 * @param {string[]} args for vitest, for example `-t 'Envoy 1.36.4'`, or `-u` to write down what the propagators do now
 */
export function testMatrix(args) {
  return runTool('vitest/vitest.mjs', [
    'run',
    '--project=matrix',
    '--reporter=verbose',
    '--reporter=json',
    '--outputFile.json=e2e/test-results/matrix.json',
    ...args,
  ])
}
