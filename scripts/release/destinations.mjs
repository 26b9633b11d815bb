// @ts-check
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from '../root.mjs'

/**
 * Where a release goes: `release.json`. What is empty does not exist yet, and is left out wherever it would be named.
 *
 * @typedef {object} Destinations
 * @property {string} repository address of the source, such as `https://git.example.com/mesh/throughline`
 * @property {string} images registry and path of the images, such as `registry.example.com/throughline`
 * @property {string} charts registry and path of the charts, such as `oci://registry.example.com/charts`
 */

/** @returns {Destinations} */
export function readDestinations() {
  return JSON.parse(fs.readFileSync(path.join(ROOT, 'release.json'), 'utf8'))
}
