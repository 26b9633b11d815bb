// @ts-check
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { ROOT } from './root.mjs'
import { runProgram } from './spawn.mjs'

const STAMP = `${ROOT}/node_modules/.throughline-installed`

/** Runs `npm ci` when node_modules is not what package-lock.json asks for; otherwise does nothing. */
export async function installDependencies() {
  const wanted = createHash('sha256')
    .update(fs.readFileSync(`${ROOT}/package-lock.json`))
    .digest('hex')
  if (fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === wanted) return
  console.error('Installing dependencies (npm ci) …')
  const code = await runNpm(['ci'])
  if (code !== 0) {
    console.error('npm ci failed; its message is above. Nothing was started.')
    process.exit(code)
  }
  fs.writeFileSync(STAMP, wanted)
}

/**
 * The npm that runs this script, or the one on PATH.
 * @param {string[]} args
 */
export function runNpm(args) {
  const script = process.env['npm_execpath']
  if (script?.endsWith('.js')) return runProgram(process.execPath, [script, ...args])
  return runProgram(process.platform === 'win32' ? 'npm.cmd' : 'npm', args)
}
