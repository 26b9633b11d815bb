// @ts-check
import path from 'node:path'
import { ROOT } from '../root.mjs'
import { askNpm, runNpm } from './run-npm.mjs'
import { describeWorkspace } from './sbom.mjs'

/** Folders of the published packages, each after those that it needs. */
const PACKAGES = ['propagation', 'trace-store', 'service-kit', 'telemetry', 'verify']

/** @typedef {{ name: string, version: string, tarball: string }} Packed one package, and the path of its tarball */

/**
 * Packs every published package as it is built now.
 * @param {string} folder where the tarballs go
 * @returns {Packed[]} in the order in which they are published
 */
export function packPackages(folder) {
  const folders = PACKAGES.map((name) => path.join(ROOT, 'packages', name))
  const out = runNpm(['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`, ...folders], folder)
  /** @type {{ name: string, version: string, filename: string }[]} */
  const packed = JSON.parse(out)
  return packed.map(({ name, version, filename }) => ({ name, version, tarball: path.join(folder, filename) }))
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
 * Publishes packages in the registry of the user's npm settings, or in another one, as public packages. What is there
 * already stays: after a failure in the middle, the same command publishes the rest.
 * @param {Packed[]} packages
 * @param {{ registry?: string, userConfig?: string }} [options]
 */
export function publishPackages(packages, { registry, userConfig } = {}) {
  // Only a workflow that npm knows can attest where a package was built.
  const provenance = process.env.GITHUB_ACTIONS === 'true' || process.env.GITLAB_CI === 'true'
  const settings = [
    ...(registry === undefined ? [] : [`--registry=${registry}`]),
    ...(userConfig === undefined ? [] : [`--userconfig=${userConfig}`]),
  ]
  for (const { name, version, tarball } of packages) {
    const folder = path.dirname(tarball)
    if (isPublished(`${name}@${version}`, settings, folder)) {
      console.log(`  ${name} ${version} is in the registry already`)
      continue
    }
    const tag = version.includes('-') ? 'next' : 'latest'
    runNpm(['publish', tarball, `--provenance=${provenance}`, `--tag=${tag}`, ...settings], folder)
  }
}

/**
 * @param {string} spec
 * @param {string[]} settings
 * @param {string} folder
 * @throws Error where the registry does not say
 */
function isPublished(spec, settings, folder) {
  // Not from npm's cache: a moment ago it may not have been there.
  const { code, answer } = askNpm(['view', spec, 'version', '--json', '--prefer-online', ...settings], folder)
  // Nothing is printed for a version that a known package does not have.
  if (code === 0) return answer !== undefined
  const { error } = /** @type {{ error?: { code?: string, summary?: string } }} */ (answer ?? {})
  if (error?.code === 'E404') return false
  const reason = error?.summary ?? `npm ended with ${code}`
  throw Object.assign(new Error(`It can't be told whether ${spec} is published: ${reason}`), { status: code })
}
