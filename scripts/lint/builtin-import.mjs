// Modules whose functions read best behind their module's name: fs.readFile, path.join, http.request.
const BY_NAME = new Set(
  [
    'assert',
    'cluster',
    'diagnostics_channel',
    'dns/promises',
    'fs',
    'fs/promises',
    'http',
    'http2',
    'https',
    'net',
    'os',
    'path',
    'process',
    'tls',
    'zlib',
  ].map((name) => `node:${name}`),
)

/**
 * Each of Node's modules is imported in one way everywhere:
 * `import fs from 'node:fs'`, `import { once } from 'node:events'`.
 * @type {import('./rule-types.ts').Rule}
 */
export const builtinImport = {
  create: (context) => ({
    ImportDeclaration(node) {
      const module = node.source.value
      if (!module.startsWith('node:') || node.importKind === 'type') return
      const values = node.specifiers.filter(
        (specifier) => specifier.type !== 'ImportSpecifier' || specifier.importKind !== 'type',
      )
      const byName = BY_NAME.has(module)
      const kind = byName ? 'ImportDefaultSpecifier' : 'ImportSpecifier'
      if (values.every(({ type }) => type === kind)) return
      context.report({
        node,
        message: byName
          ? `Import the module and call its functions by it: import ${module.slice(5).split('/')[0]} from '${module}'.`
          : `Import what you call: import { … } from '${module}'.`,
      })
    },
  }),
}
