// @ts-check
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { charts } from '../charts.mjs'
import { ROOT } from '../root.mjs'

/** What is installed by itself; the other charts are parts of these. */
const CHARTS = ['charts/consul', 'charts/istio', 'charts/consul/install/mesh']

/**
 * Packages the charts, subcharts included.
 * @param {string} folder where the archives go
 * @returns {Promise<string[]>} their paths
 */
export async function packageCharts(folder) {
  await charts()
  for (const chart of CHARTS) await helm(['package', path.join(ROOT, chart), '--destination', folder])
  return fs.readdirSync(folder).map((file) => path.join(folder, file))
}

/**
 * Pushes archives to an OCI registry.
 * @param {string[]} archives
 * @param {string} registry such as `oci://registry.example.com/charts`; empty: they go nowhere
 */
export async function pushCharts(archives, registry) {
  if (registry === '') return
  for (const archive of archives) await helm(['push', archive, registry])
}

/**
 * With the user's own settings, where `helm registry login` keeps its credentials.
 * @param {string[]} args
 */
async function helm(args) {
  const { findHelm } = await import('@throughline/lab-programs')
  execFileSync(await findHelm(), args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
