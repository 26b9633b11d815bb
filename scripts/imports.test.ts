import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { trackedFiles } from './tracked-files.mjs'

const root = path.dirname(import.meta.dirname)
const files = trackedFiles()

/** Folders with a package.json, the deepest first; the repository itself is the last, as `.`. */
const workspaces = files
  .filter((file) => path.basename(file) === 'package.json')
  .map((file) => path.dirname(file))
  .toSorted((a, b) => b.length - a.length)

function workspaceOf(file: string): string {
  return workspaces.find((folder) => folder !== '.' && file.startsWith(`${folder}/`)) ?? '.'
}

/** Everything a module imports: static, dynamic, re-exported, required or mocked. */
function importsOf(text: string): string[] {
  const pattern = /(?:\bfrom|\bimport|\brequire|\bvi\.mock)\s*\(?\s*['"]([^'"\n]+)['"]/g
  return Array.from(text.matchAll(pattern), ([, specifier = '']) => specifier)
}

/** Why a module of one workspace may not import this; undefined when it may. */
function trespass(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    const target = path.join(path.dirname(file), specifier)
    const [own, other] = [workspaceOf(file), workspaceOf(target)]
    return own === other && !target.startsWith('..') ? undefined : `${specifier} leaves ${own}`
  }
  const inside = /^(?:@throughline\/[\w-]+|throughline)\/(src|dist)(?:\/|$)/.exec(specifier)
  return inside ? `${specifier} reaches into another workspace` : undefined
}

describe('a workspace is imported by its exports', () => {
  it('no module reaches into the src of another workspace, or leaves its own by a relative path', () => {
    const modules = files.filter((file) => /\.(ts|mts|js|mjs|cjs)$/.test(file))
    const found = modules.flatMap((file) =>
      importsOf(fs.readFileSync(path.join(root, file), 'utf8')).flatMap((specifier) => {
        const reason = trespass(file, specifier)
        return reason === undefined ? [] : [`${file}: ${reason}`]
      }),
    )
    expect(modules.length).toBeGreaterThan(300)
    expect(found).toEqual([])
  })

  it.each([
    ['lab/meshes/src/index.ts', '../../programs/src/index.ts'],
    ['e2e/path/trace.test.ts', '../../lab/meshes/src/mesh.ts'],
    ['scripts/dev.mjs', '../lab/stack/dist/index.js'],
    ['lab/pods/src/pod.ts', '../../../scripts/root.mjs'],
    ['e2e/path/trace.test.ts', '@throughline/lab-meshes/src/mesh.ts'],
  ])('refuses %s importing %s', (file, specifier) => {
    expect(trespass(file, specifier)).toBeDefined()
  })
})
