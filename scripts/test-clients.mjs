// @ts-check
import { runTool } from './spawn.mjs'

/**
 * The packed libraries in programs that know nothing of this repository: every client, every mode, on every Node.
 * @param {string[]} filters with any, only the test files whose path holds one of them
 */
export function testClients(filters) {
  return runTool('vitest/vitest.mjs', [
    'run',
    '--project=clients',
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json=e2e/test-results/clients.json',
    ...filters,
  ])
}
