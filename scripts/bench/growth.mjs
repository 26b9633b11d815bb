// @ts-check
import fs from 'node:fs'
import { parseArgs } from 'node:util'
import { BENCH_OPTIONS } from './options.mjs'
import { runPackageBench } from './package-bench.mjs'
import { measureReplicas } from './replicas.mjs'

const COUNTS = [1, 2, 4]

/**
 * How the cost of a request grows with the rate, its headers, and the replicas behind one sidecar.
 * @param {string} file where the figures go, as JSON
 * @param {string[]} args
 */
export async function benchGrowth(file, args) {
  const { values } = parseArgs({ args, options: BENCH_OPTIONS['growth'] ?? {} })
  const { 'replica-rate': rate = '500', 'replica-seconds': seconds = '5', nodes: _, ...own } = values
  const flags = Object.entries(own).map(([name, value]) => `--${name}=${String(value)}`)
  const code = await runPackageBench('growth of requests', [file, ...flags])
  if (code !== 0) return code
  const replicas = await measureReplicas({ counts: COUNTS, rate: Number(rate), seconds: Number(seconds) })
  console.table(replicas)
  const figures = JSON.parse(fs.readFileSync(file, 'utf8'))
  fs.writeFileSync(file, `${JSON.stringify({ ...figures, replicas }, undefined, 2)}\n`)
  return 0
}
