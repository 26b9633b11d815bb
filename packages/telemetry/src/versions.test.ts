import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { VERSION } from './version.ts'

interface Lock {
  packages: Record<string, { version?: string; dependencies?: Record<string, string> }>
}

const lock = JSON.parse(fs.readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')) as Lock
const manifest = JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
  dependencies: Record<string, string>
}

/** Versions by package name, of every copy of an @opentelemetry package that an installation has. */
function opentelemetryVersions({ packages }: Lock): Map<string, string[]> {
  const versions = new Map<string, string[]>()
  for (const [path, { version }] of Object.entries(packages)) {
    const name = path.match(/node_modules\/(@opentelemetry\/[^/]+)$/)?.[1]
    if (name !== undefined && version !== undefined) versions.set(name, [...(versions.get(name) ?? []), version])
  }
  return versions
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

/** 2.x packages of one release carry one number, the experimental packages of it another, the API and others their own. */
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
  const ours = withDependencies(Object.keys(manifest.dependencies))

  it('are installed once each', () => {
    expect(installed.size).toBeGreaterThan(20)
    expect([...installed].filter(([, versions]) => versions.length !== 1)).toEqual([])
  })

  it('are all of one release', () => {
    const strays = ours.filter((name) => !LINES[installed.get(name)?.[0] ?? '']?.test(name.replace(/^.*\//, '')))
    expect(ours.length).toBeGreaterThan(20)
    expect(strays).toEqual([])
  })

  it('are asked for by exact version', () => {
    const ranges = Object.entries(manifest.dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
    expect(ranges).toEqual([])
  })

  it('would be noticed in two versions', () => {
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
