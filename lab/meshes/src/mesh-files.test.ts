import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderMeshFile, writeMeshFile } from './mesh-files.ts'
import { temporaryFolder } from '@throughline/lab-testkit'

const envoy = new URL('../../../mesh/envoy/', import.meta.url)

describe('mesh files', () => {
  it('are listed in their README with exactly the values they use', async () => {
    const files = (await fs.readdir(envoy, { recursive: true })).filter((name) => name.endsWith('.yaml'))
    const texts = await Promise.all(files.map((name) => fs.readFile(new URL(name, envoy), 'utf8')))
    const used = new Set(texts.flatMap((text) => [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)))
    const readme = await fs.readFile(new URL('README.md', envoy), 'utf8')
    const listed = readme.split('\n').flatMap((line) => /^\| (`[^|]+`) \|/.exec(line)?.[1]?.split(', ') ?? [])
    const names = listed.map((name) => name.replaceAll('`', ''))
    expect(names.filter((name) => /^[A-Z]/.test(name)).sort()).toEqual([...used].sort())
    const folders = files.map((file) => file.replace(/^(access|tracing)\/.*/, '$1/*.yaml'))
    expect(names.filter((name) => name.endsWith('.yaml')).sort()).toEqual([...new Set(folders)].sort())
  })

  it('are named in the error when a value is missing', async () => {
    await expect(renderMeshFile('envoy/counting/clusters.yaml')).rejects.toThrow(
      'mesh/envoy/counting/clusters.yaml uses ${VERSION}',
    )
  })

  it('are replaced atomically, and leave no temporary file', async () => {
    await using folder = await temporaryFolder()
    const file = path.join(folder.path, 'deep', 'routes.json')
    await writeMeshFile(file, { version_info: '1' })
    await writeMeshFile(file, { version_info: '2' })
    expect(JSON.parse(await fs.readFile(file, 'utf8'))).toEqual({ version_info: '2' })
    expect(await fs.readdir(path.dirname(file))).toEqual(['routes.json'])
  })
})
