import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { VERSION } from './version.ts'

interface Lock {
  packages: Record<string, { version?: string; dependencies?: Record<string, string> }>
}

const ROOT = path.resolve(import.meta.dirname, '../../..')
const lock = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as Lock
const manifest = JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
  devDependencies: Record<string, string>
}

/** Versions by package name, of every copy of an @opentelemetry package that an installation has. */
function opentelemetryVersions({ packages }: Lock): Map<string, string[]> {
  const versions = new Map<string, string[]>()
  for (const [place, { version }] of Object.entries(packages)) {
    const name = place.match(/node_modules\/(@opentelemetry\/[^/]+)$/)?.[1]
    if (name !== undefined && version !== undefined) versions.set(name, [...(versions.get(name) ?? []), version])
  }
  return versions
}

/** The same, of every copy that lies in a `node_modules` folder or in one below it, whatever the lock file says. */
function copiesBelow(folder: string, found = new Map<string, string[]>()): Map<string, string[]> {
  for (const entry of foldersIn(folder)) {
    const names = entry.startsWith('@')
      ? foldersIn(path.join(folder, entry)).map((name) => `${entry}/${name}`)
      : [entry]
    for (const name of names) {
      const { version } = readManifest(path.join(folder, name))
      if (name.startsWith('@opentelemetry/') && version !== undefined) {
        found.set(name, [...(found.get(name) ?? []), version])
      }
      copiesBelow(path.join(folder, name, 'node_modules'), found)
    }
  }
  return found
}

/** Links are workspaces, which are looked at by themselves. */
function foldersIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return []
  const entries = fs.readdirSync(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

function readManifest(folder: string): { version?: string } {
  const file = path.join(folder, 'package.json')
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as { version?: string }) : {}
}

/** The @opentelemetry packages that `names` lead to, themselves included. */
function withDependencies(names: string[], found = new Set<string>()): string[] {
  for (const name of names) {
    if (!name.startsWith('@opentelemetry/') || found.has(name)) continue
    found.add(name)
    withDependencies(Object.keys(lock.packages[`node_modules/${name}`]?.dependencies ?? {}), found)
  }
  return [...found]
}

/**
 * 2.x packages of one release carry one number, the experimental packages of it another, the API and others their
 * own.
 */
const LINES: Record<string, RegExp> = {
  '2.11.0':
    /^(core|context-async-hooks|exporter-(jaeger|zipkin)|propagator-.+|resources|sdk-(trace|trace-base|trace-node|metrics))$/,
  '0.222.0':
    /^(api-logs|configuration|exporter-(logs|metrics|trace)-.+|exporter-prometheus|instrumentation|instrumentation-http|otlp-.+|sdk-(node|logs))$/,
  '1.9.1': /^api$/,
  '1.45.0': /^semantic-conventions$/,
  '0.70.0': /^instrumentation-express$/,
}

describe('@opentelemetry packages', () => {
  const installed = opentelemetryVersions(lock)
  const ours = withDependencies(
    Object.keys(manifest.devDependencies).filter((name) => !name.endsWith('/auto-instrumentations-node')),
  )

  it('are installed once each', () => {
    expect(installed.size).toBeGreaterThan(20)
    expect([...installed].filter(([, versions]) => versions.length !== 1)).toEqual([])
  })

  it('are in node_modules once each, in the version of the lock file', () => {
    const workspaces = ['packages', 'services'].flatMap((group) =>
      foldersIn(path.join(ROOT, group)).map((name) => path.join(ROOT, group, name)),
    )
    const copies = new Map<string, string[]>()
    for (const folder of [ROOT, ...workspaces]) copiesBelow(path.join(folder, 'node_modules'), copies)
    expect(Object.fromEntries(copies)).toEqual(Object.fromEntries(installed))
  })

  it('are all of one release', () => {
    const strays = ours.filter((name) => !LINES[installed.get(name)?.[0] ?? '']?.test(name.replace(/^.*\//, '')))
    expect(ours.length).toBeGreaterThan(20)
    expect(strays).toEqual([])
  })

  it('are required by exact version', () => {
    const ranges = Object.entries(manifest.devDependencies).filter(
      ([name, version]) => name.startsWith('@opentelemetry/') && !/^\d+\.\d+\.\d+$/.test(version),
    )
    expect(ranges).toEqual([])
  })

  it('would be noticed in two versions', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'versions-'))
    for (const [place, version] of [
      ['node_modules/@opentelemetry/core', '2.11.0'],
      ['node_modules/@a/b/node_modules/@opentelemetry/core', '2.12.0'],
    ] as const) {
      fs.mkdirSync(path.join(folder, place), { recursive: true })
      fs.writeFileSync(path.join(folder, place, 'package.json'), JSON.stringify({ version }))
    }
    expect(copiesBelow(path.join(folder, 'node_modules')).get('@opentelemetry/core')?.toSorted()).toEqual([
      '2.11.0',
      '2.12.0',
    ])
    fs.rmSync(folder, { recursive: true })
  })

  it('would be noticed in two versions in the lock file', () => {
    const twice = {
      packages: { ...lock.packages, 'node_modules/a/node_modules/@opentelemetry/core': { version: '2.12.0' } },
    }
    expect(opentelemetryVersions(twice).get('@opentelemetry/core')).toHaveLength(2)
  })
})

describe('VERSION', () => {
  it('is the package’s', () => {
    expect(VERSION).toBe(manifest.version)
  })
})
