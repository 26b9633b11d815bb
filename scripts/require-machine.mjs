// @ts-check
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ROOT } from './root.mjs'

/** Files that this process and its tools have open at once, with some to spare. */
const FILES = 256

/**
 * What this machine lacks that every command needs: room for temporary files, files to open, and a checkout that can be
 * written. One message says what, where and how to fix it; undefined when nothing is missing.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function machineProblem(env = process.env) {
  return filesProblem() ?? temporaryFolderProblem(env) ?? homeProblem(env) ?? checkoutProblem()
}

function filesProblem() {
  /** @type {number[]} */
  const open = []
  try {
    while (open.length < FILES) open.push(fs.openSync(os.devNull, 'r'))
    return undefined
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    return `This process may not open as many files as it needs (${code} after ${open.length}). Raise the limit: ulimit -n 1024`
  } finally {
    for (const file of open) fs.closeSync(file)
  }
}

/** @param {NodeJS.ProcessEnv} env */
function temporaryFolderProblem(env) {
  const name = ['TMPDIR', 'TMP', 'TEMP'].find((variable) => env[variable])
  const folder = os.tmpdir()
  // Each program has a working folder of its own.
  const problem = path.isAbsolute(folder) ? writeProblem(folder) : 'is not an absolute path'
  if (problem === undefined) return undefined
  const from = name === undefined ? '' : ` (${name})`
  return `The folder for temporary files, ${folder}${from}, ${problem}. Set TMPDIR to a folder that can be written and has room.`
}

/** @param {NodeJS.ProcessEnv} env */
function homeProblem(env) {
  const home = env['HOME']
  if (process.platform === 'win32' || home === undefined) return undefined
  if (!path.isAbsolute(home)) {
    return `HOME is "${home}", which is not an absolute path: caches would go where the command is started. Set HOME to your home folder.`
  }
  return undefined
}

/** Dependencies, builds and results go into the checkout: that of another user, or one that root has built in, takes none. */
function checkoutProblem() {
  for (const folder of [ROOT, ...WRITTEN.map((name) => path.join(ROOT, name))]) {
    try {
      fs.accessSync(folder, fs.constants.W_OK)
    } catch (error) {
      const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error)
      if (code === 'ENOENT') continue
      const problem = REASONS[code] ?? `cannot be written (${code})`
      return `This checkout takes no files: ${folder} ${problem}. Use a clone of your own, or make it yours (chown).`
    }
  }
  return undefined
}

/**
 * Why a file of some size can't be written into a folder; nothing is left of it.
 * @param {string} folder
 */
function writeProblem(folder) {
  const file = path.join(folder, `throughline-${randomBytes(8).toString('hex')}`)
  try {
    if (!fs.statSync(folder).isDirectory()) return 'is not a folder'
    try {
      fs.writeFileSync(file, Buffer.alloc(65_536), { flag: 'wx', mode: 0o600 })
    } finally {
      fs.rmSync(file, { force: true })
    }
    return undefined
  } catch (error) {
    const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error)
    // Where folders are not made of files, as in /proc, a new file is refused with ENOENT.
    if (code === 'ENOENT' && fs.existsSync(folder)) return 'cannot be written (ENOENT)'
    return REASONS[code] ?? `cannot be written (${code})`
  }
}

/** What is made in a checkout. */
const WRITTEN = ['node_modules', '.turbo', '.throughline']

/** @type {Record<string, string>} */
const REASONS = {
  ENOENT: 'does not exist (ENOENT)',
  ENOTDIR: 'is not a folder (ENOTDIR)',
  ENOSPC: 'is full (ENOSPC)',
  EDQUOT: 'is full: your quota is used up (EDQUOT)',
  EROFS: 'is read-only (EROFS)',
  EACCES: 'cannot be written: you have no permission (EACCES)',
}
