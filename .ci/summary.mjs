// @ts-check
/** Closes `.ci/run`: `summary.mjs <folder with a log for each step> [failed step …]`. */
import fs from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { formatResults, readResults } from '../scripts/test-summary.mjs'

const LINES = 60
const [logs, ...failedSteps] = process.argv.slice(2)
const total = readResults()
for (const step of failedSteps) {
  console.log(`failed step: ${step}; its last lines:`)
  for (const line of lastLines(`${logs}/${step.replaceAll('/', '-')}`)) console.log(`  | ${line}`)
}
if (total.passed === 0) console.log('failed: no test ran')
console.log(formatResults(total))
process.exitCode = failedSteps.length > 0 || total.failed > 0 || total.skipped > 0 || total.passed === 0 ? 1 : 0

/**
 * The end of a log, without what only shows that it went on: rows of dots, and tests that passed.
 * @param {string} file
 */
function lastLines(file) {
  const lines = stripVTControlCharacters(fs.readFileSync(file, 'utf8')).split('\n')
  return lines.filter((line) => !/^[·\s]*$/.test(line) && !/^\s*✓/.test(line)).slice(-LINES)
}
