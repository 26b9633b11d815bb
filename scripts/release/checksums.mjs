// @ts-check
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/**
 * Writes what `sha256sum` would about files and images: the workflow attests where these were built.
 * @param {string} target
 * @param {string[]} files named without their folder
 * @param {import('./charts.mjs').ReleasedImages} [images]
 */
export function writeChecksums(target, files, images) {
  const lines = files.map(
    (file) => `${createHash('sha256').update(fs.readFileSync(file)).digest('hex')}  ${path.basename(file)}`,
  )
  for (const [name, digest] of Object.entries(images?.digests ?? {})) {
    lines.push(`${digest.replace('sha256:', '')}  ${images?.registry}/${name}`)
  }
  fs.writeFileSync(target, `${lines.join('\n')}\n`)
}
