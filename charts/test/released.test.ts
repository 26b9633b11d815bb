import fs from 'node:fs/promises'
import path from 'node:path'
import { execFileSync } from 'node:child_process'
import { temporaryFolder } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CHARTS, requireHelm } from './support/helm.ts'

const read = (...file: string[]): Promise<string> => fs.readFile(path.join(CHARTS, ...file), 'utf8')

describe.each(['consul', 'istio', 'consul/install/mesh'])('charts/%s, as it is released', (chart) => {
  it('brings its licence, and keywords and annotations for Artifact Hub', async (context) => {
    const helm = await requireHelm(context)
    await using folder = await temporaryFolder()
    await helm.run('package', path.join(CHARTS, chart), '--destination', folder.path)
    const [archive = ''] = await fs.readdir(folder.path)
    const files = execFileSync('tar', ['-tzf', archive], { cwd: folder.path, encoding: 'utf8' }).split('\n')
    const own = files.filter((file) => file.split('/').length === 2).map((file) => path.basename(file))
    expect(own).toEqual(expect.arrayContaining(['LICENSE', ...(chart.includes('/') ? [] : ['README.md'])]))
    expect(await read(chart, 'LICENSE')).toBe(await read('..', 'LICENSE'))
    const { annotations, keywords } = parse(await read(chart, 'Chart.yaml')) as {
      annotations: Record<string, string>
      keywords: string[]
    }
    expect(annotations).toMatchObject({ 'artifacthub.io/license': 'Apache-2.0' })
    expect(keywords.length).toBeGreaterThan(3)
  })
})

it.for(['consul', 'istio'])('charts/%s lists the images that it renders', async (chart, context) => {
  const { annotations } = parse(await read(chart, 'Chart.yaml')) as { annotations: Record<string, string> }
  const listed = parse(annotations['artifacthub.io/images'] ?? '') as { image: string }[]
  const text = await (await requireHelm(context)).text(chart)
  const rendered = [...text.matchAll(/^ +image: "?([^"\n]+)"?$/gm)].map(([, image]) => image)
  expect(listed.map(({ image }) => image).toSorted()).toEqual([...new Set(rendered)].toSorted())
})
