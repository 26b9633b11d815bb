// @ts-check
import fs from 'node:fs'
import path from 'node:path'
import { printGoals } from './print-goals.mjs'
import { runPackageBench } from './package-bench.mjs'
import { benchStart } from './start.mjs'

const REQUESTS = ['--rounds', '3', '--passes', '5', '--only', 'ours', '--only', 'stock http + express']
const HOPS = ['--rounds', '5', '--times', '50000']
const STARTS = { rounds: 11 }

/**
 * The main ratios in about two minutes: CPU added as a share of stock's, memory, start, propagation. Each is from fewer
 * rounds than the benchmark of its own, so it is for a look, not for the docs.
 * @param {string} folder where the figures go, as JSON
 */
export async function benchQuick(folder) {
  const begin = performance.now()
  const file = (/** @type {string} */ name) => path.join(folder, `quick-${name}.json`)
  const steps = [
    {
      does: 'requests: plain, ours and stock, a process for each',
      run: () => runPackageBench('telemetry', [file('telemetry'), ...REQUESTS]),
    },
    {
      does: 'propagation: one hop, against the composite',
      run: () => runPackageBench('propagation', [file('propagation'), ...HOPS]),
    },
    { does: 'start: to the first 200, with tracing and without', run: () => benchStart(file('start'), STARTS) },
  ]
  for (const [index, { does, run }] of steps.entries()) {
    console.error(`\n${index + 1} of ${steps.length}: ${does}`)
    const code = await run()
    if (code !== 0) return code
  }
  const read = (/** @type {string} */ name) => JSON.parse(fs.readFileSync(file(name), 'utf8'))
  printGoals({ telemetry: read('telemetry'), propagation: read('propagation'), start: read('start') })
  console.error(`\n${Math.round((performance.now() - begin) / 1000)} s; figures in ${folder}/quick-*.json`)
  return 0
}
