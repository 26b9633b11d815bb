// @ts-check
import path from 'node:path'
import { ROOT } from '../root.mjs'
import { runNpm } from './run-npm.mjs'
import { describeWorkspace } from './sbom.mjs'

/** Folders of the published packages, each after those that it needs. */
const PACKAGES = ['propagation', 'trace-store', 'service-kit', 'telemetry', 'verify']

/**
 * Packs every published package as it is built now.
 * @param {string} folder where the tarballs go
 * @returns {string[]} their paths, in the order in which they are published
 */
export function packPackages(folder) {
  const folders = PACKAGES.map((name) => path.join(ROOT, 'packages', name))
  const out = runNpm(['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`, ...folders], folder)
  return JSON.parse(out).map((/** @type {{ filename: string }} */ { filename }) => path.join(folder, filename))
}

/**
 * Writes what each package brings along, as SPDX 2.3 in JSON.
 * @param {string} folder
 */
export function describePackages(folder) {
  for (const name of PACKAGES) {
    describeWorkspace(`packages/${name}`, path.join(folder, `${name}.spdx.json`))
  }
}

/**
 * Publishes tarballs in the registry of the user's npm settings, or in another one, as public packages.
 * @param {string[]} tarballs
 * @param {{ registry?: string, userConfig?: string, version: string }} options
 */
export function publishPackages(tarballs, { registry, userConfig, version }) {
  // Only a workflow that npm knows can attest where a package was built.
  const provenance = process.env.GITHUB_ACTIONS === 'true' || process.env.GITLAB_CI === 'true'
  for (const tarball of tarballs) {
    const args = [
      'publish',
      tarball,
      `--provenance=${provenance}`,
      `--tag=${version.includes('-') ? 'next' : 'latest'}`,
    ]
    if (registry !== undefined) args.push(`--registry=${registry}`)
    if (userConfig !== undefined) args.push(`--userconfig=${userConfig}`)
    runNpm(args, path.dirname(tarball))
  }
}
