// @ts-check
import fs from 'node:fs'
import { ROOT } from './root.mjs'

/**
 * Adds up the results files that test runs wrote, each in the `test-results` folder of its workspace.
 * @param {string} [root]
 */
export function readResults(root = ROOT) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const file of resultFiles(root)) {
    const result = JSON.parse(fs.readFileSync(file, 'utf8'))
    total.passed += result.numPassedTests
    total.failed += result.numFailedTests + result.testResults.filter(isBroken).length
    total.skipped += result.numPendingTests + result.numTodoTests
  }
  return total
}

/** @param {{ passed: number, failed: number, skipped: number }} total */
export function formatResults({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/**
 * Removes old results, so that a file that was not written again is not counted again.
 * @param {string} folder
 */
export function clearResults(folder) {
  fs.rmSync(`${folder}/test-results`, { recursive: true, force: true })
}

/**
 * A file that could not be loaded holds no test and would otherwise count as nothing.
 * @param {{ status: string, assertionResults: unknown[] }} file
 */
function isBroken(file) {
  return file.status === 'failed' && file.assertionResults.length === 0
}

/** @param {string} root */
function resultFiles(root) {
  const workspaces = ['packages', 'services', 'lab'].flatMap((group) =>
    fs.readdirSync(`${root}/${group}`).map((name) => `${root}/${group}/${name}`),
  )
  return [root, `${root}/e2e`, `${root}/charts`, ...workspaces].flatMap((folder) => {
    const results = `${folder}/test-results`
    if (!fs.existsSync(results)) return []
    const names = fs.readdirSync(results).filter((name) => name.endsWith('.json'))
    return names.map((name) => `${results}/${name}`)
  })
}
