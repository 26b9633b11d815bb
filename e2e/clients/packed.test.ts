import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { temporaryFolder } from '@throughline/lab-testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { packLibraries } from './project.ts'

/** What each package may grow to: kB of its tarball, and packages that an installation brings beside it. */
const BUDGETS: Readonly<Record<string, { kilobytes: number; dependencies: number }>> = {
  '@throughline/propagation': { kilobytes: 130, dependencies: 0 },
  '@throughline/trace-store': { kilobytes: 95, dependencies: 3 },
  '@throughline/service-kit': { kilobytes: 55, dependencies: 110 },
  '@throughline/telemetry': { kilobytes: 200, dependencies: 1 },
  throughline: { kilobytes: 400, dependencies: 5 },
}
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['propagation', 'trace-store', 'service-kit', 'telemetry', 'verify']
const names = Object.keys(BUDGETS)

interface Manifest {
  name: string
  description: string
  keywords: string[]
  license: string
  engines: { node: string }
  publishConfig: object
  dependencies?: Record<string, string>
}
interface Packed {
  manifest: Manifest
  archive: Buffer
  /** Content by path in the package. */
  files: Map<string, string>
}
const packed = new Map<string, Packed>()

beforeAll(async () => {
  await using folder = await temporaryFolder()
  const tarballs = await packLibraries(folder.path, FOLDERS)
  for (const [index, tarball] of tarballs.entries()) {
    const target = path.join(folder.path, String(index))
    await fs.mkdir(target)
    execFileSync('tar', ['-xzf', tarball, '-C', target])
    const unpacked = path.join(target, 'package')
    const entries = await fs.readdir(unpacked, { recursive: true, withFileTypes: true })
    const files = new Map<string, string>()
    for (const entry of entries.filter((one) => one.isFile())) {
      const file = path.join(entry.parentPath, entry.name)
      files.set(path.relative(unpacked, file), await fs.readFile(file, 'utf8'))
    }
    const manifest = JSON.parse(files.get('package.json') ?? '') as Manifest
    packed.set(manifest.name, { manifest, archive: await fs.readFile(tarball), files })
  }
}, 60_000)

const get = (name: string): Packed => packed.get(name) as Packed

interface Lock {
  packages: Record<string, { dependencies?: Record<string, string>; resolved?: string }>
}

/** Where an installation has the packages that one needs, itself left out. */
async function installedWith(name: string): Promise<string[]> {
  const { packages } = JSON.parse(await fs.readFile(path.join(ROOT, 'package-lock.json'), 'utf8')) as Lock
  const found = new Set<string>()
  const add = (dependency: string, from: string): void => {
    const place = [`${from}/node_modules/`, 'node_modules/']
      .map((folder) => folder + dependency)
      .find((at) => packages[at])
    if (place === undefined) throw new Error(`${dependency} is not in the lock file`)
    const { resolved = place } = packages[place] ?? {}
    if (found.has(resolved)) return
    found.add(resolved)
    for (const next of Object.keys(packages[resolved]?.dependencies ?? {})) add(next, resolved)
  }
  for (const dependency of Object.keys(get(name).manifest.dependencies ?? {})) add(dependency, 'packages')
  return [...found]
}

it('every package that is not private is looked at here', async () => {
  expect([...packed.keys()].toSorted()).toEqual(names.toSorted())
  const folders = await fs.readdir(path.join(ROOT, 'packages'))
  const manifests = await Promise.all(
    folders.map(async (folder) => await fs.readFile(path.join(ROOT, 'packages', folder, 'package.json'), 'utf8')),
  )
  const published = manifests.map((text) => JSON.parse(text) as Manifest & { private?: boolean })
  expect(published.filter((one) => one.private !== true).map(({ name }) => name)).toHaveLength(names.length)
})

describe.each(names)('the tarball of %s', (name) => {
  it('holds the build, README, licence and manifest, and nothing else', async () => {
    const { files } = get(name)
    const others = [...files.keys()].filter((file) => !/^dist\/[\w/-]+\.(js|d\.ts|js\.map)$/.test(file))
    expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json'])
    expect(files.get('LICENSE')).toBe(await fs.readFile(path.join(ROOT, 'LICENSE'), 'utf8'))
  })

  it('says what it is, where it runs, and that it is public and can be attested', () => {
    const { manifest } = get(name)
    expect(manifest).toMatchObject({
      license: 'Apache-2.0',
      description: expect.stringMatching(/\.$/),
      engines: { node: '>=20.19.0' },
      publishConfig: { access: 'public', provenance: true },
    })
    expect(manifest.keywords.length).toBeGreaterThan(4)
  })

  it('has the source in every source map, so that a debugger finds it', () => {
    const maps = [...get(name).files].filter(([file]) => file.endsWith('.map'))
    expect(maps.length).toBeGreaterThan(10)
    const without = maps.filter(([, text]) => {
      const { sources, sourcesContent } = JSON.parse(text) as { sources: string[]; sourcesContent?: (string | null)[] }
      return sourcesContent?.length !== sources.length || sourcesContent.includes(null)
    })
    expect(without.map(([file]) => file)).toEqual([])
  })

  it('has a README whose links work outside of the repository', () => {
    const { files } = get(name)
    const links = [...(files.get('README.md') ?? '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
    expect(links.filter((link) => !/^(https:\/\/|#)/.test(link) && !files.has(link))).toEqual([])
  })

  it('resolves for Are The Types Wrong, as ESM only under node16 CommonJS, as its README says', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(get(name).archive)))
    if (analysis.types === false) throw new Error(`${name} has no types`)
    const kinds = analysis.problems.map(({ kind, ...where }) =>
      'resolutionKind' in where ? `${kind} under ${where.resolutionKind}` : kind,
    )
    expect([...new Set(kinds)]).toEqual(['CJSResolvesToESM under node16-cjs'])
  })

  it('stays within its budget of size and of dependencies', async () => {
    const { kilobytes, dependencies } = BUDGETS[name] ?? { kilobytes: 0, dependencies: 0 }
    expect(get(name).archive.length / 1000).toBeLessThan(kilobytes)
    expect((await installedWith(name)).length).toBeLessThanOrEqual(dependencies)
  })
})
