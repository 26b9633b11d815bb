import fs from 'node:fs'
import path from 'node:path'
import { projectVersion } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { goldenCases } from './support/golden-cases.ts'
import { requireHelm } from './support/helm.ts'

/** One file per kind, so that a change shows as what it is. */
function split(text: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as { kind: string } | null
    if (object === null) continue
    const name = `${object.kind.toLowerCase()}.yaml`
    files.set(name, `${files.get(name) ?? ''}---\n${String(document).replace(/^---\n/, '')}`)
  }
  return files
}

describe.each(goldenCases())('$chart/examples/$name', ({ chart, files, folder }) => {
  it('renders to its golden except for the version (npx vitest run --project charts -u renews)', async (context) => {
    const helm = await requireHelm(context)
    const output = (await helm.text(chart, { files })).replaceAll(/^ *# Source:.*\n/gm, '')
    const rendered = split(output.replaceAll(projectVersion, 'VERSION'))
    for (const [name, text] of rendered) await expect(text).toMatchFileSnapshot(path.join(folder, name))
    const kept = fs.existsSync(folder) ? fs.readdirSync(folder).toSorted() : []
    expect(kept.filter((name) => !rendered.has(name))).toEqual([])
  })

  it('renders to the same objects with Helm 3', async (context) => {
    const [helm, helm3] = [await requireHelm(context), await requireHelm(context, 3)]
    expect(await helm3.objects(chart, { files })).toEqual(await helm.objects(chart, { files }))
  })
})
