// @ts-check
import { ROOT } from './root.mjs'
import { runProgram } from './spawn.mjs'

/** @param {string[]} args flags of the demo; `--help` lists them */
export function demo(args) {
  return runProgram(process.execPath, [`${ROOT}/packages/lab/dist/cli.js`, 'demo', ...args])
}
