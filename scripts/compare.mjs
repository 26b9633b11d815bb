// @ts-check
import { ROOT } from './root.mjs'
import { runTool } from './spawn.mjs'

/** Which program a mesh needs beside Envoy, by the name of its contract test. */
const NEEDS = /** @type {const} */ ({ 'static-envoy': undefined, consul: 'consul', istio: 'istio' })

/** Runs the mesh contract against every mesh that this machine has the programs for, and writes docs/comparison.md. */
export async function compare() {
  // On a fresh clone the lab is built only by now.
  const { findGoTool, goTools } = await import('@throughline/lab-programs')
  process.env['COMPARE_DATA'] = `${ROOT}/docs/reference/data`
  let failed = 0
  for (const [mesh, tool] of Object.entries(NEEDS)) {
    const missing = tool && (await findGoTool(goTools[tool]).then(() => '', messageOf))
    if (missing) {
      console.error(`${mesh} is not run. ${missing}`)
      continue
    }
    const project = tool === undefined ? 'e2e' : 'mesh'
    const file = `e2e/contract/${mesh}.test.ts`
    const args = ['run', `--project=${project}`, '--reporter=verbose', file]
    failed += await runTool('vitest/vitest.mjs', args, { watched: true })
  }
  const page = ['run', '--project=repository', 'scripts/docs/comparison.test.ts', '-u']
  const written = await runTool('vitest/vitest.mjs', page, { watched: true })
  return failed === 0 ? written : 1
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error)
}
