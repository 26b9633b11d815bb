import { checkHealth } from './check-health.ts'

/**
 * The probe of a container: `node healthcheck.js` exits 0 when the service beside it lives, `node healthcheck.js ready`
 * when it is ready; otherwise 1, with the reason in one line on standard error.
 */
const problem = await checkHealth(process.env, process.argv[2])
if (problem !== undefined) process.stderr.write(`${problem}\n`)
process.exit(problem === undefined ? 0 : 1)
