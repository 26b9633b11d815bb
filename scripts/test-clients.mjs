// @ts-check
import { runProject } from './run-project.mjs'

/**
 * The packed libraries in programs that know nothing of this repository: every client, every mode, on every Node.
 * @param {string[]} filters with any, only the test files whose path holds one of them
 */
export function testClients(filters) {
  return runProject('clients', filters, { reporter: 'default' })
}
