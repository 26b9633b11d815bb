// @ts-check
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from './root.mjs'

/**
 * The files of the repository as they are now: tracked, or new and not ignored, but not those that were removed. Paths
 * are relative to its folder.
 * @param {...string} patterns git's; default: all files
 */
export function trackedFiles(...patterns) {
  const list = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  )
  return list.split('\0').filter((file) => file !== '' && fs.existsSync(path.join(ROOT, file)))
}
