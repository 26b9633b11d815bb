import fs from 'node:fs'
import path from 'node:path'

const LONGEST = 100

/**
 * The version of the program that this process runs: that of the nearest `package.json` above its main module. Undefined
 * where there is none, as in an image that holds one bundled file.
 */
export function programVersion(main = process.argv[1]): string | undefined {
  if (main === undefined) return undefined
  try {
    let folder = path.dirname(fs.realpathSync(main))
    while (!fs.existsSync(path.join(folder, 'package.json'))) {
      if (folder === path.dirname(folder)) return undefined
      folder = path.dirname(folder)
    }
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version?: unknown }
    return typeof version === 'string' && version !== '' && version.length < LONGEST ? version : undefined
  } catch {
    return undefined
  }
}
