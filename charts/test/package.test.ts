import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { CHARTS, requireHelm } from './support/helm.ts'

/** Every file below a folder, with its content. */
async function filesOf(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const name of await fs.readdir(folder)) {
    const file = path.join(folder, name)
    if ((await fs.stat(file)).isDirectory()) {
      for (const [inner, text] of await filesOf(file)) files.set(`${name}/${inner}`, text)
    } else files.set(name, await fs.readFile(file, 'utf8'))
  }
  return files
}

/** What stays behind (`.helmignore`), or is written when packing. */
const BUILD_FILES = /(^|\/)(README\.md|Chart\.yaml|Chart\.lock)$|(^|\/)(ci|examples)\/|^install\//

/** What a chart is packed from: its own folder, and a folder for each subchart. */
async function sourcesOf(chart: string, subcharts: Record<string, string>): Promise<Map<string, string>> {
  const sources = await filesOf(path.join(CHARTS, chart))
  for (const name of sources.keys()) if (name.startsWith('charts/')) sources.delete(name)
  for (const [name, folder] of Object.entries(subcharts)) {
    for (const [file, text] of await filesOf(path.join(CHARTS, folder))) sources.set(`charts/${name}/${file}`, text)
  }
  return sources
}

const shared = { service: 'service', observability: 'observability' }

describe.each([
  ['service', {}],
  ['consul', { ...shared, mesh: 'consul/install/mesh' }],
  ['consul/install/mesh', {}],
  ['istio', shared],
] as const)('charts/%s', (chart, subcharts) => {
  it('passes helm lint --strict', async (context) => {
    const helm = await requireHelm(context)
    const { exitCode, stdout } = await helm.run('lint', '--strict', path.join(CHARTS, chart))
    expect(stdout).toContain('0 chart(s) failed')
    expect(exitCode).toBe(0)
  })

  it('is packed unchanged, subcharts included, and renders the same', async (context) => {
    const helm = await requireHelm(context)
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-package-'))
    try {
      const packed = await helm.run('package', path.join(CHARTS, chart), '--destination', folder)
      if (packed.exitCode !== 0) throw new Error(packed.stderr)
      const [archive = ''] = await fs.readdir(folder)
      execFileSync('tar', ['-xzf', archive], { cwd: folder })
      const [unpacked = ''] = (await fs.readdir(folder)).filter((name) => name !== archive)
      const wanted = [...(await sourcesOf(chart, subcharts))].filter(([name]) => !BUILD_FILES.test(name))
      const got = [...(await filesOf(path.join(folder, unpacked)))].filter(([name]) => !BUILD_FILES.test(name))
      expect(new Map(got)).toEqual(new Map(wanted))
      const render = async (from: string) => (await helm.run('template', 'x', from, '--namespace', 'x')).stdout
      expect(await render(path.join(folder, archive))).toBe(await render(path.join(CHARTS, chart)))
    } finally {
      await fs.rm(folder, { recursive: true })
    }
  })
})
