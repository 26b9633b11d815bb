// @ts-check
import fs from 'node:fs'
import path from 'node:path'

/**
 * Writes what was measured as JSON, where a file is named.
 * @param {string | undefined} file
 * @param {object} figures
 */
export function writeFigures(file, figures) {
  if (file === undefined) return
  fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
  fs.writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`)
}
