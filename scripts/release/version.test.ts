import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../root.mjs'
import { trackedFiles } from '../tracked-files.mjs'
import { closeUnreleased, sectionOf } from './changelog.mjs'
import { manifestAt, VERSION, versionFollowers } from './followers.mjs'
import { after, projectVersion } from './version.mjs'

const version = projectVersion()
const followers = versionFollowers()
const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8')

/** As a whole: not a part of a range (`^1.2.3`), of a Go module's version (`v1.2.3`) or of a longer one. */
const SPELLED = new RegExp(String.raw`(?<![\w.^~<>=])${version.replaceAll('.', String.raw`\.`)}(?![\w-]|\.\d)`)

/** Data of others, in which the same number is another program's. */
const OTHERS = /^(package-lock\.json|lab\/programs\/go\/.*\.sum|docs\/reference\/data\/.*)$|\.(png|msgpack)$/

describe('the version of the project', () => {
  it('is spelled by no other file than those that follow it', () => {
    const own = new Set(['CHANGELOG.md', ...followers.map(({ file }) => file)])
    const files = trackedFiles().filter((file) => !own.has(file) && !OTHERS.test(file))
    expect(files.length).toBeGreaterThan(500)
    expect(files.filter((file) => SPELLED.test(read(file)))).toEqual([])
  })

  it.each(followers)('is the one that $file spells', ({ file, at }) => {
    expect(at(read(file), version)).toBe(read(file))
  })

  it.each(['9.87.6', '9.87.6-rc.1'])('reaches every file as %s, and leaves nothing of the one before', (next) => {
    const followed = followers.map(({ file, at }) => ({ file, at, text: at(read(file), next) }))
    expect(followed.filter(({ text }) => !text.includes(next)).map(({ file }) => file)).toEqual([])
    const still = followed.filter(({ file, text }) => !OTHERS.test(file) && SPELLED.test(text))
    expect(still.map(({ file }) => file)).toEqual([])
    expect(followed.filter(({ file, at, text }) => at(text, version) !== read(file))).toEqual([])
  })

  it('reaches packages, the lock file, charts, the image, compose, the guides and code', () => {
    const files = followers.map(({ file }) => file)
    const wanted = ['package.json', 'package-lock.json', 'charts/istio/Chart.yaml', 'Dockerfile', 'docker-compose.yml']
    expect(files).toEqual(expect.arrayContaining(wanted))
  })
})

describe('the next version', () => {
  it.each([
    ['0.1.9', 'patch', '0.1.10'],
    ['0.9.3', 'minor', '0.10.0'],
    ['1.2.3', 'major', '2.0.0'],
    ['1.2.0-rc.1', 'minor', '1.2.0'],
    ['1.2.0-rc.1', 'patch', '1.2.0'],
    ['1.2.0-rc.1', 'major', '2.0.0'],
    ['2.0.0-rc.1', 'major', '2.0.0'],
    ['1.2.3-rc.1', 'minor', '1.3.0'],
  ])('after %s by %s is %s', (current, step, next) => {
    expect(after(current, step)).toBe(next)
  })

  it.each(['', '1.2', 'v1.2.3', '01.2.3', '1.2.3+build', '1.2.3-', '1.2.3 ', '1.2.3\n'])('is never %j', (step) => {
    expect(VERSION.test(step)).toBe(false)
  })
})

describe('the changelog', () => {
  const text = '# Changelog\n\n## Unreleased\n\n- New: $1.\n\n## 0.2.0 (2026-01-02)\n\n- Old.\n'

  it('closes what is unreleased as a version, and opens an empty section', () => {
    const closed = closeUnreleased(text, '0.3.0', '2026-02-03') ?? ''
    expect(closed).toBe(text.replace('Unreleased\n', 'Unreleased\n\n## 0.3.0 (2026-02-03)\n'))
    expect(sectionOf(closed, '0.3.0')).toBe('- New: $1.')
    expect(sectionOf(closed, '0.2.0')).toBe('- Old.')
    expect(closeUnreleased(closed, '0.4.0', '2026-02-04')).toBeUndefined()
  })

  it.each(['0.2', '2.0', 'Old'])('has no section %s', (heading) => {
    expect(sectionOf(text, heading)).toBeUndefined()
  })

  it('of this project has a section for what comes next', () => {
    expect(read('CHANGELOG.md')).toMatch(/^## Unreleased$/m)
  })
})

describe('a published package', () => {
  const manifest = '{ "name": "@throughline/propagation", "version": "1.0.0", "publishConfig": {} }'
  const file = 'packages/propagation/package.json'

  it('says where its source is, once release.json names a repository, and nothing before', () => {
    const repository = 'https://git.example.com/mesh/throughline'
    const named = manifestAt(manifest, '1.1.0', file, { repository, images: '', charts: '' })
    expect(JSON.parse(named)).toMatchObject({
      version: '1.1.0',
      homepage: `${repository}/tree/v1.1.0/packages/propagation#readme`,
      repository: { type: 'git', url: `git+${repository}.git`, directory: 'packages/propagation' },
    })
    const unnamed = manifestAt(named, '1.1.0', file, { repository: '', images: '', charts: '' })
    expect(Object.keys(JSON.parse(unnamed) as object)).toEqual(['name', 'version', 'publishConfig'])
  })
})
