// @ts-check
import fs from 'node:fs'
import { ROOT } from './root.mjs'

/** Ends the process with one clear message when this Node is older than `engines` in package.json allows. */
export function requireNode() {
  const { engines } = JSON.parse(fs.readFileSync(`${ROOT}/package.json`, 'utf8'))
  const needed = engines.node.replace('>=', '')
  if (isAtLeast(process.versions.node, needed)) return
  console.error(`Throughline needs Node ${needed} or newer; this is ${process.versions.node} (${process.execPath}).`)
  process.exit(1)
}

/**
 * @param {string} version for example `20.19.0`
 * @param {string} needed in the same form
 */
export function isAtLeast(version, needed) {
  const [a, b] = [version, needed].map((text) => text.split('.').map(Number))
  for (let i = 0; i < 3; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}
