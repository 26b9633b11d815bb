import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { trackedFiles } from './tracked-files.mjs'

const root = path.dirname(import.meta.dirname)
const files = trackedFiles()
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8')
const sources = files.filter((file) => /\.(ts|js|mjs|css|html|ya?ml|json|md|sh)$/.test(file))

it('the lock file holds no download address', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { resolved?: string }> }
  expect(Object.values(packages).filter(({ resolved }) => resolved?.includes('://'))).toEqual([])
})

it('no tracked file is a symbolic link: checkouts on Windows and archives turn them into text', () => {
  const modes = execFileSync('git', ['ls-files', '--stage'], { cwd: root, encoding: 'utf8' })
  expect(modes.split('\n').filter((line) => line.startsWith('120000'))).toEqual([])
})

it('no tracked file holds the path of a machine, or a private key', () => {
  const paths = /(^|[^\w./-])\/(root|home\/[a-z]+|work)\/|-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=]/m
  expect(sources.filter((file) => file !== 'scripts/repository.test.ts' && paths.test(read(file)))).toEqual([])
})

it('no source file is longer than 250 lines', () => {
  const long = sources
    .filter((file) => /\.(ts|js|mjs|css)$/.test(file))
    .map((file) => [file, read(file).split('\n').length - 1] as const)
    .filter(([, lines]) => lines > 250)
  expect(long).toEqual([])
})

it('no test is narrowed, switched off or left to do', () => {
  const narrowed = new RegExp(String.raw`\b(it|test|describe)\.(only|skip|todo)\b`)
  expect(files.filter((file) => file.endsWith('.test.ts') && narrowed.test(read(file)))).toEqual([])
})

it('no title of a test is longer than 90 characters', () => {
  const title = /(?:\b(?:it|test|describe)[\w.]*|\))\(\s*(['"`])((?:(?!\1).)+)\1,/g
  const titles = files
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [...read(file).matchAll(title)].map(([, , text = '']) => text))
  expect(titles.length).toBeGreaterThan(1000)
  expect(titles.filter((text) => text.length > 90)).toEqual([])
})
