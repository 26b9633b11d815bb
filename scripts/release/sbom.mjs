// @ts-check
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ROOT } from '../root.mjs'
import { runNpm } from './run-npm.mjs'

/**
 * Writes what a workspace brings along, as SPDX 2.3 in JSON. It is described in a copy of the repository that holds this
 * workspace alone, and nothing for its development: `--omit=dev` leaves out whatever any other workspace develops with.
 * @param {string} workspace its folder, such as `packages/telemetry`
 * @param {string} file
 * @returns {string} the file
 */
export function describeWorkspace(workspace, file) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-sbom-'))
  try {
    const folders = withOwnDependencies(workspace)
    const write = (/** @type {string} */ name, /** @type {object} */ manifest) => {
      fs.mkdirSync(path.join(copy, path.dirname(name)), { recursive: true })
      fs.writeFileSync(path.join(copy, name), JSON.stringify(manifest))
    }
    const { name: project, version: current } = manifestOf('.')
    write('package.json', { name: project, version: current, private: true, workspaces: folders })
    for (const folder of folders) {
      const { name, version, license, dependencies } = manifestOf(folder)
      write(`${folder}/package.json`, { name, version, license, dependencies })
    }
    fs.copyFileSync(path.join(ROOT, 'package-lock.json'), path.join(copy, 'package-lock.json'))
    // Removes from the lock file whatever is not needed any more; all versions stay.
    runNpm(['install', '--package-lock-only', '--ignore-scripts', '--offline'], copy)
    const { name } = manifestOf(workspace)
    const sbom = runNpm(['sbom', '--package-lock-only', `--workspace=${name}`, '--sbom-format=spdx'], copy)
    fs.writeFileSync(file, sbom)
    return file
  } finally {
    fs.rmSync(copy, { recursive: true })
  }
}

/** @param {string} folder */
function manifestOf(folder) {
  return JSON.parse(fs.readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8'))
}

/**
 * A workspace and the other workspaces that it needs.
 * @param {string} workspace
 * @returns {string[]} folders
 */
function withOwnDependencies(workspace) {
  const { packages } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'))
  const found = new Set([workspace])
  for (const folder of found) {
    for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
      const place = packages[`node_modules/${name}`]
      if (place?.link === true) found.add(place.resolved)
    }
  }
  return [...found]
}
