import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { countingVariables } from '@throughline/counting/config'
import { showVariables } from '@throughline/dashboard/config'
import { trackedFiles } from '../tracked-files.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const pages = trackedFiles('*.md')
const read = (page: string) => fs.readFileSync(path.join(root, page), 'utf8')

/** GitHub's rule for the anchor of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

function scriptsOf(manifest: string): Record<string, string> {
  return (JSON.parse(read(manifest)) as { scripts?: Record<string, string> }).scripts ?? {}
}

describe.each(pages)('%s', (page) => {
  const text = read(page)

  it('has no link that leads nowhere', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
    const dead = links.filter((link) => {
      if (/^https?:/.test(link)) return false
      const [file = '', fragment] = link.split('#')
      const target = file === '' ? page : path.join(path.dirname(page), file)
      if (!fs.existsSync(path.join(root, target))) return true
      if (fragment === undefined) return false
      const headings = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading))
      return !headings.includes(fragment)
    })
    expect(dead).toEqual([])
  })

  it('names no npm script that does not exist', () => {
    const manifests = [
      'package.json',
      path.join(path.dirname(page), 'package.json'),
      path.join(path.dirname(page), '../package.json'),
    ]
    const scripts = Object.assign(
      {},
      ...manifests.filter((file) => fs.existsSync(path.join(root, file))).map(scriptsOf),
    )
    const named = [...text.matchAll(/npm (?:run ([a-z:]+)|(test)\b)/g)].map(([, script, test]) => script ?? test ?? '')
    expect(named.filter((script) => !(script in scripts))).toEqual([])
  })
})

it('ARCHITECTURE.md names no file that does not exist', () => {
  const named = [
    ...read('ARCHITECTURE.md').matchAll(/`((?:services|packages|lab|examples|scripts|mesh|e2e|docs)\/[\w./-]+)`/g),
  ].map(([, file = '']) => file)
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((file) => !fs.existsSync(path.join(root, file)))).toEqual([])
})

it('configuration.md has one row for every variable of the services, and none for another', () => {
  const [services = ''] = read('docs/reference/configuration.md').split('\n## Telemetry')
  const named = [...services.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name = '']) => name)
  const known = Object.keys({ ...countingVariables, ...showVariables })
  expect(named.toSorted()).toEqual(known.toSorted())
})

it('the telemetry README names every variable that the package reads', () => {
  const folder = path.join(root, 'packages/telemetry/src')
  const entries = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sources = entries.filter((file) => file.endsWith('.ts') && !/\.test(-support)?\.ts$/.test(file))
  const code = sources.map((file) => fs.readFileSync(path.join(folder, file), 'utf8')).join('\n')
  const named = new Set(code.match(/\b(?:OTEL|TRACE)_[A-Z_]+[A-Z]\b/g))
  const readme = read('packages/telemetry/README.md')
  expect(named.size).toBeGreaterThan(10)
  expect([...named].filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
})

it('the Dockerfile runs no program that the lock file does not hold', () => {
  expect(read('Dockerfile')).toContain('npm ci')
  expect(read('Dockerfile')).not.toMatch(/npx --yes|npx -y|npm (?:install|i|exec) |curl |wget /)
})

it.each(pages.filter((page) => read(page).includes('docker build')))(
  '%s builds images that the Dockerfile has',
  (page) => {
    const stages = [...read('Dockerfile').matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, stage = '']) => stage)
    const targets = [...read(page).matchAll(/docker build --target (\w+)/g)].map(([, target = '']) => target)
    expect(targets).not.toEqual([])
    expect(targets.filter((target) => !stages.includes(target))).toEqual([])
  },
)
