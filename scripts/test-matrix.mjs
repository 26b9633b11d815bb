// @ts-check
import { runProject } from './run-project.mjs'

/**
 * Propagation through every Envoy that is pinned. Its results lie beside those of `npm test`.
 * @param {string[]} args for vitest, for example `-t 'Envoy 1.36.4'`, or `-u` to write down what is measured now
 */
export async function testMatrix(args) {
  // On a fresh clone the lab is built only by now.
  const { findEnvoy, versions } = await import('@throughline/lab-programs')
  try {
    // Now and not by the first test, which would run into its time limit.
    for (const version of [...versions.envoy.matrix, versions.istio.envoy])
      await findEnvoy({ version, log: console.error })
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 1
  }
  return runProject('matrix', args)
}
