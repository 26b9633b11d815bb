// @ts-check
import fs from 'node:fs'
import path from 'node:path'
import { parseSync } from 'rolldown/utils'
import { ROOT } from '../root.mjs'
import { shippedSources } from './regular-expressions.mjs'

/** What reads wire data is named so. */
const NAMED = /^(?:(?:parse|read|decode|extract|carry|redact|trim)[A-Z]|extract$)/

/**
 * The functions of packages and services that are named as readers of wire data and exported by their module.
 * @returns {{ key: string, file: string, name: string }[]} `key` is `workspace name`
 */
export function exportedParsers() {
  return shippedSources()
    .filter((file) => /^(packages|services)\//.test(file))
    .flatMap((file) => {
      const { program } = parseSync(file, fs.readFileSync(path.join(ROOT, file), 'utf8'))
      return program.body
        .flatMap((node) => (node.type === 'ExportNamedDeclaration' ? namesOf(node.declaration) : []))
        .filter((name) => NAMED.test(name))
        .map((name) => ({ key: `${file.split('/')[1]} ${name}`, file, name }))
    })
}

/**
 * @param {any} declaration
 * @returns {string[]}
 */
function namesOf(declaration) {
  if (declaration?.type === 'FunctionDeclaration') return [declaration.id.name]
  if (declaration?.type !== 'VariableDeclaration') return []
  return declaration.declarations
    .filter((/** @type {any} */ each) => /Function/.test(each.init?.type ?? ''))
    .map((/** @type {any} */ each) => each.id.name)
}
