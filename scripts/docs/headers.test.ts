import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { limits } from './headers-limits.ts'
import { headersPage } from './headers-page.ts'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8')

/** Run with `-u` to rewrite the page. */
it('docs/reference/headers.md says what the code does and the matrix has measured', async () => {
  await expect(headersPage()).toMatchFileSnapshot('../../docs/reference/headers.md')
})

it('every situation that headers cannot decide has tests, by the names the page gives', () => {
  const vectors = JSON.parse(read('packages/propagation/conformance/vectors.json')) as { name: string }[]
  const names = new Set(vectors.map(({ name }) => name))
  const matrix = ['propagation-matrix.ts', 'callers.test.ts'].map((name) => read(`e2e/path/${name}`)).join('\n')
  const missing = limits
    .flatMap(({ tests }) => tests)
    .filter(({ kind, name }) => (kind === 'vector' ? !names.has(name) : !matrix.includes(name)))
  expect(missing).toEqual([])
  expect(limits.filter(({ tests }) => tests.length < 2)).toEqual([])
})
