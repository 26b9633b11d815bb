// @ts-check
import { runProject } from './run-project.mjs'

/**
 * `npm run cluster` against a real cluster on this machine. Without its programs, root or Linux nothing runs; a line says why.
 * @param {string[]} filters with any, only the test files whose path holds one of them
 */
export async function testCluster(filters) {
  // On a fresh clone the lab is built only by now.
  const { findKubernetes, findEnvoy, messageOf, versions } = await import('@throughline/lab-programs')
  try {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new Error('A node needs Linux and root.')
    await findKubernetes()
    await findEnvoy({ version: versions.istio.envoy, log: console.error })
  } catch (error) {
    console.error(`not run: every test of e2e/cluster. ${messageOf(error)}`)
    return NOT_RUN
  }
  return runProject('cluster', filters)
}

/** Exit code: nothing failed, and nothing ran. */
export const NOT_RUN = 4
