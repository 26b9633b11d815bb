import fs from 'node:fs'
import path from 'node:path'

/** @type {Map<string, string>} */
const workspaces = new Map()

/**
 * The nearest folder above with a package.json.
 * @param {string} folder
 * @returns {string}
 */
function workspaceOf(folder) {
  const known = workspaces.get(folder)
  if (known !== undefined) return known
  const parent = path.dirname(folder)
  const found = parent === folder || fs.existsSync(path.join(folder, 'package.json')) ? folder : workspaceOf(parent)
  workspaces.set(folder, found)
  return found
}

/**
 * Why a module may not import this; undefined when it may.
 * @param {string} file
 * @param {string} specifier
 */
function trespass(file, specifier) {
  if (/^(@throughline\/[\w-]+|throughline)\/(src|dist)(\/|$)/.test(specifier))
    return 'It reaches into another workspace'
  if (!specifier.startsWith('.')) return undefined
  const folder = path.dirname(file)
  const target = path.dirname(path.resolve(folder, specifier))
  return workspaceOf(target) === workspaceOf(folder) ? undefined : 'It leaves its workspace'
}

/**
 * A workspace is imported by its exports: `@throughline/lab-meshes`, never its `src` or `dist`, by whatever path.
 * @type {import('./rule-types.ts').Rule}
 */
export const workspaceImport = {
  create(context) {
    /** @param {{ type: string; value?: unknown } | null | undefined} source */
    const check = (source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return
      const problem = trespass(context.filename, source.value)
      if (problem !== undefined) {
        context.report({ node: /** @type {any} */ (source), message: `${problem}: import what its package exports.` })
      }
    }
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
      TSImportType: ({ source }) => check(source),
      CallExpression({ callee, arguments: [first] }) {
        const isMock =
          callee.type === 'MemberExpression' &&
          callee.property.type === 'Identifier' &&
          /^(mock|doMock|importActual)$/.test(callee.property.name)
        if (isMock || (callee.type === 'Identifier' && callee.name === 'require')) check(first)
      },
    }
  },
}
