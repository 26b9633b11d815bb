// @ts-check
/** Prints the closing line of `.ci/run`; its arguments are the names of the steps that failed. */
import { formatResults, readResults } from '../scripts/test-summary.mjs'

const failedSteps = process.argv.slice(2)
const total = readResults()
for (const step of failedSteps) console.log(`failed step: ${step}`)
if (total.passed === 0) console.log('failed: no test ran')
console.log(formatResults(total))
process.exitCode = failedSteps.length > 0 || total.failed > 0 || total.skipped > 0 || total.passed === 0 ? 1 : 0
