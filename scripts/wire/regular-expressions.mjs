// @ts-check
import fs from 'node:fs'
import path from 'node:path'
import { parseSync } from 'rolldown/utils'
import { ROOT } from '../root.mjs'
import { trackedFiles } from '../tracked-files.mjs'

/** @typedef {{ at: string, source: string, flags: string }} Pattern `at` is `file:line` */

const FOLDERS = [
  'packages/*/src/*',
  'services/*/src/*',
  'services/*/page/*',
  'lab/*/src/*',
  'lab/*/bin/*',
  'compose/programs/*',
]

/** The sources that run outside of tests. */
export function shippedSources() {
  return trackedFiles(...FOLDERS).filter((file) => /\.m?[jt]s$/.test(file) && !/\.test(-support)?\.ts$/.test(file))
}

/**
 * The regular expressions of a source: literals, and where it builds others.
 * @param {string} file relative to the repository
 * @param {string} [text] default: what the file holds
 * @returns {{ literals: Pattern[], built: string[] }} `built` are `file:line` of calls of `RegExp`
 */
export function regularExpressionsOf(file, text = fs.readFileSync(path.join(ROOT, file), 'utf8')) {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  /** @param {number} start */
  const at = (start) => `${file}:${text.slice(0, start).split('\n').length}`
  /** @type {Pattern[]} */
  const literals = []
  /** @type {string[]} */
  const built = []
  for (const node of nodesIn(program)) {
    if (node.type === 'Literal' && node.regex) {
      literals.push({ at: at(node.start), source: node.regex.pattern, flags: node.regex.flags })
    }
    if (/^(New|Call)Expression$/.test(node.type) && node.callee.name === 'RegExp') built.push(at(node.start))
  }
  return { literals, built }
}

/**
 * A pattern that matches more and has every repetition that is limited to a large number without a limit. Where it is
 * linear so is the given one, and it takes milliseconds to find out instead of seconds.
 * @param {string} source
 */
export function withoutLargeLimits(source) {
  return source.replaceAll(/\{(\d+),(\d+)\}/g, (limits, least, most) =>
    Number(most) <= 8 ? limits : Number(least) === 0 ? '*' : '+',
  )
}

/**
 * @param {any} node
 * @returns {Generator<any>}
 */
function* nodesIn(node) {
  if (node === null || typeof node !== 'object') return
  if (typeof node.type === 'string') yield node
  for (const child of Object.values(node)) yield* nodesIn(child)
}
