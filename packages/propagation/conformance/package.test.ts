import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import zlib from 'node:zlib'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type InstalledPackage, installPackage, runNode } from './installed-package.ts'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const TSC = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))
const CORE_BUDGET = 8.5 * 1024
/** A consumer's strictest settings; type declarations of the package are checked too. */
const CONSUMER = {
  compilerOptions: {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
  },
  files: ['consumer.ts'],
}

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe('the package as it is published', () => {
  let installed: InstalledPackage
  beforeAll(async () => {
    installed = await installPackage()
  })
  afterAll(() => installed[Symbol.asyncDispose]())

  const subpaths = async (): Promise<string[]> => {
    const { exports } = JSON.parse(await fs.readFile(path.join(installed.directory, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>
    }
    return Object.keys(exports).filter((subpath) => subpath !== './package.json')
  }

  it('holds the build, the manifest, the README and the licence, and nothing else', () => {
    const others = installed.files.filter((file) => !/^dist\/(?:[a-z]+\/)?[a-z0-9-]+\.(js|d\.ts|js\.map)$/.test(file))
    expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json'])
  })

  it('has no dependency, and peers that may be missing', async () => {
    const manifest = JSON.parse(await fs.readFile(path.join(installed.directory, 'package.json'), 'utf8')) as {
      dependencies?: unknown
      peerDependencies: object
      peerDependenciesMeta: Record<string, { optional: boolean }>
    }
    expect(manifest.dependencies).toBeUndefined()
    const peers = Object.keys(manifest.peerDependencies)
    expect(peers.filter((peer) => !(manifest.peerDependenciesMeta[peer]?.optional ?? false))).toEqual([])
  })

  it('imports nothing outside of dist/otel', async () => {
    const dist = path.join(installed.directory, 'dist')
    const scripts = (await fs.readdir(dist, { recursive: true })).filter((file) => file.endsWith('.js'))
    const code = await Promise.all(scripts.map((file) => fs.readFile(path.join(dist, file), 'utf8')))
    const foreign = scripts.filter((_file, at) => /from '(?!node:|\.)/.test(code[at] ?? ''))
    expect(foreign.length).toBeGreaterThan(0)
    expect(foreign.filter((file) => !file.startsWith('otel/'))).toEqual([])
  })

  it('passes publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed.directory, strict: true, pack: false })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  it('loads by import and by require, every subpath', async () => {
    const names = (await subpaths()).map((subpath) => path.posix.join('@throughline/propagation', subpath))
    await fs.writeFile(path.join(installed.project, 'all.mjs'), names.map((name) => `import '${name}'`).join('\n'))
    await fs.writeFile(path.join(installed.project, 'all.cjs'), names.map((name) => `require('${name}')`).join('\n'))
    expect(await runNode(installed.project, ['all.mjs'])).toBe('')
    expect(await runNode(installed.project, ['--no-warnings', 'all.cjs'])).toBe('')
  })

  it('has types that fit axios, Express, undici, node:http and OpenTelemetry', async () => {
    const consumer = await fs.readFile(new URL('consumer.ts', import.meta.url), 'utf8')
    await fs.writeFile(path.join(installed.project, 'consumer.ts'), consumer)
    await fs.writeFile(path.join(installed.project, 'tsconfig.json'), JSON.stringify(CONSUMER))
    const check = promisify(execFile)(process.execPath, [TSC], { cwd: installed.project })
    await expect(check).resolves.toMatchObject({ stdout: '' })
  })

  it('stays small: the core in 8.5 kB, minified and compressed', async () => {
    const input = path.join(installed.directory, 'dist', 'index.js')
    const bundle = await rolldown({ input, platform: 'node' })
    const { output } = await bundle.generate({ format: 'esm', minify: true })
    await bundle.close()
    expect(output).toHaveLength(1)
    expect(zlib.gzipSync(output[0].code).length).toBeLessThan(CORE_BUDGET)
  })
})
