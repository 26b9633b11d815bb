import fs from 'node:fs'
import path from 'node:path'
import { versions } from '@throughline/lab-programs'
import { describe, expect, it } from 'vitest'

const root = path.join(import.meta.dirname, '../..')
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8')
const page = read('docs/reference/versions.md')

/** The cells of each row of the table below a heading, its first two lines left out. */
function rowsBelow(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

describe('versions.md', () => {
  it('has the pairs of mesh and Envoy that the lab starts', () => {
    const pairs = rowsBelow('Meshes and Envoy').map(([mesh, version, envoy]) => [mesh, version, envoy])
    expect(pairs).toEqual([
      ['static Envoys, compose', '', versions.envoy.default],
      ['Consul', versions.consul.version, versions.consul.envoy],
      ['Consul in compose', versions.consul.version, versions.envoy.default],
      ['Istio', versions.istio.version, versions.istio.envoy],
    ])
  })

  it('names every other Envoy that the matrix is run with', () => {
    const others = versions.envoy.matrix.filter((version) => version !== versions.envoy.default)
    expect(rowsBelow('Meshes and Envoy')[0]?.[4]).toContain(`${others.join(' and ')} run the propagation matrix`)
  })

  it('has the images of docker-compose.yml', () => {
    const [, images = ''] = /^x-images:\n((?: {2}.*\n)+)/m.exec(read('docker-compose.yml')) ?? []
    const named = [...images.matchAll(/^ {2}(\w+): &\w+ (\S+)$/gm)].map(([, name, image = '']) => [
      name,
      `\`${image}\``,
    ])
    expect(named.length).toBeGreaterThanOrEqual(6)
    expect(rowsBelow('Images of docker-compose.yml')).toEqual(named)
  })
})
