import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDestinations } from '../release/destinations.mjs'
import { versionFollowers } from '../release/followers.mjs'
import { projectVersion } from '../release/version.mjs'
import { type GuideMesh, installSection, withInstallSection } from './install-section.ts'

const version = projectVersion()
const empty = { charts: '', images: '', version }
const filled = { charts: 'oci://registry.example.com/charts', images: 'registry.example.com/throughline', version }

describe.each(['consul', 'istio'] satisfies GuideMesh[])('the guide to %s on Kubernetes', (mesh) => {
  const file = `docs/guides/${mesh}-on-kubernetes.md`
  const guide = fs.readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8')

  it('begins with the charts of the registry that release.json names (npm run docs)', async () => {
    const section = installSection(mesh, { ...readDestinations(), version })
    await expect(withInstallSection(guide, section)).toMatchFileSnapshot(`../../${file}`)
  })

  it('has a place for them before every other way, and says nothing there while none is named', () => {
    expect(guide.match(/^(?:<!-- from .*|## .*)$/m)?.[0]).toBe('<!-- from the registry -->')
    for (const missing of [{ charts: '' }, { images: '' }, empty]) {
      expect(installSection(mesh, { ...filled, ...missing })).toBe('')
    }
    expect(withInstallSection(guide, '')).toContain('<!-- from the registry -->\n<!-- /from the registry -->')
  })

  it('names chart, version and images once a registry is named, and goes back', () => {
    const written = withInstallSection(guide, installSection(mesh, filled))
    expect(written).toContain(
      `helm upgrade throughline oci://registry.example.com/charts/throughline-${mesh} --install --version ${version} `,
    )
    expect(written.includes('helm upgrade mesh oci://registry.example.com/charts/mesh ')).toBe(mesh === 'consul')
    expect(written).toContain('`registry.example.com/throughline`')
    expect(withInstallSection(written, '')).toBe(withInstallSection(guide, ''))
  })

  it('follows the version, and no version of another chart does', () => {
    const written = withInstallSection(guide, installSection(mesh, filled))
    const follower = versionFollowers().find((one) => one.file === file)
    const next = follower?.at(written, '9.87.6') ?? ''
    expect(next).toContain(`charts/throughline-${mesh} --install --version 9.87.6 `)
    expect(next.match(/--version 9\.87\.6 /g)).toHaveLength(mesh === 'consul' ? 2 : 1)
    expect(follower?.at(next, version)).toBe(written)
  })
})
