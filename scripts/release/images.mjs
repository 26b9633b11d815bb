// @ts-check
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { ROOT } from '../root.mjs'
import { runOras } from './oras.mjs'
import { describeWorkspace } from './sbom.mjs'

const IMAGES = ['counting', 'dashboard']
const ARCHITECTURES = ['amd64', 'arm64']

/**
 * @typedef {object} ImageOptions
 * @property {string} version
 * @property {string} repository address of the source; empty: it is not named
 * @property {(architecture: string) => string[]} [buildArguments] more arguments of `docker build`; default none
 */

/**
 * Builds every image for both platforms, with a bill of materials attached, in a folder in the layout of an OCI registry.
 * @param {string} folder a folder for each image goes here
 * @param {ImageOptions} options
 * @returns {Promise<Record<string, string>>} digest of each image, the same in every registry it is copied to
 */
export async function makeImages(folder, { version, repository, buildArguments = () => [] }) {
  const { startOciRegistry } = await import('@throughline/lab-programs')
  // An engine gives images to registries only, compressed.
  const transit = await startOciRegistry()
  try {
    /** @type {Record<string, string>} */
    const digests = {}
    for (const name of IMAGES) {
      const layout = path.join(folder, name)
      for (const architecture of ARCHITECTURES) {
        const tag = `${transit.host}/${name}:${architecture}`
        buildImage(name, { tag, architecture, version, repository, more: buildArguments(architecture) })
        docker('push', '--quiet', tag)
        docker('rmi', tag)
        await runOras(['cp', '--from-plain-http', tag, '--to-oci-layout', `${layout}:${architecture}`])
      }
      await runOras(['manifest', 'index', 'create', '--oci-layout', `${layout}:${version}`, ...ARCHITECTURES])
      digests[name] = (await runOras(['resolve', '--oci-layout', `${layout}:${version}`])).trim()
      const sbom = describeWorkspace(`services/${name}`, path.join(folder, `${name}.spdx.json`))
      const attached = `${path.basename(sbom)}:application/spdx+json`
      const type = ['--artifact-type', 'application/spdx+json']
      await runOras(['attach', '--oci-layout', ...type, `${layout}:${version}`, attached], folder)
    }
    return digests
  } finally {
    await transit.close()
  }
}

/**
 * Copies images with what is attached to them.
 * @param {string} folder what `makeImages` has filled
 * @param {{ version: string, registry: string }} options such as `registry.example.com/throughline`
 */
export async function pushImages(folder, { version, registry }) {
  const plain = registry.startsWith('localhost:') ? ['--to-plain-http'] : []
  for (const name of IMAGES) {
    const from = `${path.join(folder, name)}:${version}`
    await runOras(['cp', '--recursive', '--from-oci-layout', from, ...plain, `${registry}/${name}:${version}`])
  }
}

/**
 * @param {string} name
 * @param {{ tag: string, architecture: string, version: string, repository: string, more: string[] }} options
 */
function buildImage(name, { tag, architecture, version, repository, more }) {
  const source = repository === '' ? [] : ['--label', `org.opencontainers.image.source=${repository}`]
  const target = ['--target', name, '--platform', `linux/${architecture}`, '--tag', tag]
  // The workflow attests; what the builder would add makes an index of each image.
  const plain = ['--quiet', '--load', '--provenance=false', '--sbom=false']
  docker('build', ...plain, ...target, '--build-arg', `VERSION=${version}`, ...source, ...more, ROOT)
}

/** @param {string[]} args */
function docker(...args) {
  execFileSync('docker', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
