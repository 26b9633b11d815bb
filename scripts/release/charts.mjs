// @ts-check
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { charts } from '../charts.mjs'
import { ROOT } from '../root.mjs'

/** What is installed by itself; the other charts are parts of these. */
const CHARTS = ['charts/consul', 'charts/istio', 'charts/consul/install/mesh']

/**
 * @typedef {object} ReleasedImages
 * @property {string} registry such as `registry.example.com/throughline`
 * @property {string} version
 * @property {Record<string, string>} digests by image
 */

/**
 * Packages the charts, subcharts included.
 * @param {string} folder where the archives go
 * @param {ReleasedImages} [images] what they install; default the names of a build on this machine
 * @returns {Promise<string[]>} their paths
 */
export async function packageCharts(folder, images) {
  await charts()
  for (const chart of CHARTS) {
    const copy = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-chart-')), path.basename(chart))
    try {
      fs.cpSync(path.join(ROOT, chart), copy, { recursive: true })
      if (images !== undefined) nameImages(copy, images)
      await helm(['package', copy, '--destination', folder])
    } finally {
      fs.rmSync(path.dirname(copy), { recursive: true })
    }
  }
  return fs.readdirSync(folder).map((file) => path.join(folder, file))
}

/**
 * Pushes archives to an OCI registry.
 * @param {string[]} archives
 * @param {string} registry such as `oci://registry.example.com/charts`; empty: they go nowhere
 */
export async function pushCharts(archives, registry) {
  if (registry === '') return
  const plain = registry.startsWith('oci://localhost:') ? ['--plain-http'] : []
  for (const archive of archives) await helm(['push', archive, registry, ...plain])
}

/**
 * Writes into a chart where its images are, by digest.
 * @param {string} chart
 * @param {ReleasedImages} images
 */
function nameImages(chart, { registry, version, digests }) {
  const [host = '', ...folders] = registry.split('/')
  const [values, manifest] = [path.join(chart, 'values.yaml'), path.join(chart, 'Chart.yaml')]
  for (const [name, digest] of Object.entries(digests)) {
    const repository = [...folders, name].join('/')
    const image = `  image:\n    registry: ${host}\n    repository: ${repository}\n    digest: ${digest}\n`
    rewrite(values, new RegExp(`^${name}:\n`, 'm'), (line) => `${line}${image}`)
    const local = new RegExp(String.raw`^( +image: )throughline/${name}:\S+$`, 'm')
    rewrite(manifest, local, (_line, start) => `${start}${registry}/${name}:${version}@${digest}`)
  }
}

/**
 * A chart that names no image, such as the one of a mesh's settings, stays as it is.
 * @param {string} file
 * @param {RegExp} pattern
 * @param {(...match: string[]) => string} replacement
 */
function rewrite(file, pattern, replacement) {
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(pattern, replacement))
}

/**
 * With the user's own settings, where `helm registry login` keeps its credentials.
 * @param {string[]} args
 */
async function helm(args) {
  const { findHelm } = await import('@throughline/lab-programs')
  execFileSync(await findHelm(), args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
