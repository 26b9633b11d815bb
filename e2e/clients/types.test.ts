import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '@throughline/lab-testkit'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { nodeVersions } from '@throughline/lab-programs'
import { installProject, packLibraries, type Project, SDK_LINES } from './project.ts'

/** Published packages, by the folder of their README. */
const PACKAGES: Readonly<Record<string, string>> = {
  propagation: '@throughline/propagation',
  'service-kit': '@throughline/service-kit',
  telemetry: '@throughline/telemetry',
  'trace-store': '@throughline/trace-store',
  verify: 'throughline',
}
const TYPESCRIPT = { 5: 'typescript@5.9.3', 6: 'typescript@6.0.3', 7: 'typescript@7.0.2' } as const
/** The sentence of the READMEs, which a test below keeps true. */
const README = 'under `node16`, TypeScript refuses ES modules in a CommonJS program: set `module` to `nodenext`'

/** Flags of tsc, and the files that compile with them. A `.ts` file is CommonJS here, `.mts` an ES module. */
const RESOLUTIONS = {
  nodenext: { flags: '--module nodenext', files: ['all.ts', 'all.mts', 'required.cts'] },
  bundler: { flags: '--module esnext --moduleResolution bundler', files: ['all.ts', 'all.mts'] },
  'bundler, CommonJS': { flags: '--module preserve --moduleResolution bundler', files: ['all.ts', 'required.cts'] },
  node16: { flags: '--module node16', files: ['all.mts', 'dynamic.cts'] },
  node10: { flags: '--module commonjs --moduleResolution node10 --esModuleInterop', files: ['all.ts'] },
} as const
const STRICT = '--noEmit --strict --skipLibCheck false --target es2022 --lib es2023,esnext.disposable --types node'
const cells = ([5, 6, 7] as const).flatMap((version) =>
  Object.entries(RESOLUTIONS)
    // TypeScript 7 has none.
    .filter(([resolution]) => version < 7 || resolution !== 'node10')
    .map(([resolution, { flags, files }]) => {
      const deprecated = version === 6 && resolution === 'node10' ? ' --ignoreDeprecations 6.0' : ''
      return { version, resolution, flags: `${flags}${deprecated}`, files }
    }),
)

vi.setConfig({ testTimeout: 120_000 })

let project: Project
let subpaths: string[]

beforeAll(async () => {
  await using packed = await temporaryFolder()
  const tarballs = await packLibraries(packed.path, Object.keys(PACKAGES))
  const compilers = Object.entries(TYPESCRIPT).map(([version, name]) => [`typescript-${version}`, `npm:${name}`])
  const { '@opentelemetry/api': api, '@opentelemetry/sdk-trace': sdk } = SDK_LINES['2.x']
  project = await installProject(tarballs, {
    '@opentelemetry/api': api,
    '@opentelemetry/sdk-trace': sdk,
    '@types/node': '20.19.43',
    ...(Object.fromEntries(compilers) as Record<string, string>),
  })
  subpaths = (await Promise.all(Object.values(PACKAGES).map(subpathsOf))).flat()
  // A module without types would be `any`.
  const check = (at: number): string =>
    `const known${at}: 0 extends 1 & typeof m${at} ? never : 1 = 1\nvoid known${at}\n`
  const write = (file: string, line: (name: string, at: number) => string): Promise<void> =>
    fs.writeFile(path.join(project.folder, file), subpaths.map(line).join('\n'))
  await write('all.ts', (name, at) => `import * as m${at} from '${name}'\n${check(at)}`)
  await write('all.mts', (name, at) => `import * as m${at} from '${name}'\n${check(at)}`)
  await write('required.cts', (name, at) => `import m${at} = require('${name}')\n${check(at)}`)
  await write('dynamic.cts', (name, at) => `void import('${name}').then((m${at}) => {\n${check(at)}})`)
  await write('all.mjs', (name) => `import '${name}'`)
  // A module with top-level await can't be required.
  await write('all.cjs', (name) => (name.endsWith('/register') ? `void import('${name}')` : `require('${name}')`))
}, 180_000)
afterAll(() => project[Symbol.asyncDispose]())

async function subpathsOf(name: string): Promise<string[]> {
  const manifest = await fs.readFile(path.join(project.folder, 'node_modules', name, 'package.json'), 'utf8')
  const { exports } = JSON.parse(manifest) as { exports: Record<string, string | object> }
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [path.posix.join(name, subpath)],
  )
}

/** The output of a program in the project, also when it failed. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], OTEL_SDK_DISABLED: 'true', NODE_NO_WARNINGS: '1' }
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: project.folder, env }).catch(
    (error: { stdout: string; stderr: string }) => error,
  )
  return stdout + stderr
}

function compile(version: number, flags: string, files: readonly string[]): Promise<string> {
  const tsc = `node_modules/typescript-${version}/bin/tsc`
  return run(process.execPath, [tsc, ...STRICT.split(' '), ...flags.split(' '), ...files])
}

describe('the types of every subpath of every package', () => {
  it.each(cells)('resolve under $resolution, TypeScript $version', async ({ version, flags, files }) => {
    expect(await compile(version, flags, files)).toBe('')
  })

  it('don’t resolve under node16 in a CommonJS program, as each README says', async () => {
    expect(await compile(5, '--module node16', ['all.ts'])).toContain('TS1479')
    for (const folder of Object.keys(PACKAGES)) {
      const readme = await fs.readFile(new URL(`../../packages/${folder}/README.md`, import.meta.url), 'utf8')
      expect(readme.replaceAll(/\s+/g, ' ')).toContain(README)
    }
  })
})

describe('every package', () => {
  it.each(nodeVersions)('loads by import and by require on Node %s', async (node) => {
    for (const program of ['all.mjs', 'all.cjs']) {
      expect(await run(inject('nodes')[node] ?? node, [program])).toBe('')
    }
  })

  it.each(Object.values(PACKAGES))('%s passes publint', async (name) => {
    const pkgDir = path.join(project.folder, 'node_modules', name)
    const { messages, pkg } = await publint({ pkgDir, strict: true, pack: false })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })
})
