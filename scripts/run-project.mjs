// @ts-check
import { runTool } from './spawn.mjs'

/**
 * Runs a project of vitest.config.ts that lies in e2e/; its results go where `readResults` finds them.
 * @param {string} project
 * @param {string[]} [args] for vitest
 * @param {{ reporter?: string }} [options] reporter: default `verbose`, a line for each test
 */
export function runProject(project, args = [], { reporter = 'verbose' } = {}) {
  return runTool('vitest/vitest.mjs', [
    'run',
    `--project=${project}`,
    `--reporter=${reporter}`,
    '--reporter=json',
    `--outputFile.json=e2e/test-results/${project}.json`,
    ...args,
  ])
}
