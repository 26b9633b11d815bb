// @ts-check
import fs from 'node:fs'
import { ROOT } from './root.mjs'
import { runTurbo } from './spawn.mjs'

/** Runs every `check:*` script of the root package.json; what did not change comes from turbo's cache. */
export function check() {
  const { scripts } = JSON.parse(fs.readFileSync(`${ROOT}/package.json`, 'utf8'))
  const tasks = Object.keys(scripts).filter((name) => name.startsWith('check:'))
  return runTurbo(['run', ...tasks.map((name) => `//#${name}`), '--output-logs=new-only', '--continue=always'])
}
