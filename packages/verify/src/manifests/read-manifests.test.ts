import { Buffer } from 'node:buffer'
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../cli/usage-error.ts'
import { folderWith, reportOf } from './manifests.test-support.ts'

const CHARTS = path.join(import.meta.dirname, '../../../../charts')
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: { name: cart }\nspec: { ports: [{ port: 80 }] }\n'
const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: cart }\ndata: { greeting: "Hello {{ name }}" }\n'

async function reportOn(files: Record<string, string | Buffer>, edit?: (folder: string) => Promise<void>) {
  await using made = await folderWith(files)
  await edit?.(made.folder)
  const report = await reportOf(made.folder)
  return { ...report, unseen: report.unseen.map((text) => text.replaceAll(`${made.folder}/`, '')) }
}

async function refusalOf(files: Record<string, string | Buffer>): Promise<string> {
  await using made = await folderWith(files)
  const error: unknown = await reportOf(made.folder).catch((failure: unknown) => failure)
  if (!(error instanceof UsageError)) throw new Error('it is not refused')
  return error.message.replaceAll(made.folder, 'DIR')
}

describe('the charts of this repository, rendered', () => {
  // What these two are for.
  const telling: Record<string, string[]> = { denied: ['TLV501'], permissive: ['TLV602'] }
  it.each(['istio', 'consul'])('have nothing at warning or above under %s, but for what they show', async (mesh) => {
    const examples = path.join(CHARTS, mesh, 'examples')
    const found: Record<string, string[]> = {}
    for (const example of await fs.readdir(examples)) {
      const { findings, manifests, unseen } = await reportOf(path.join(examples, example, 'rendered'))
      expect(manifests?.objects).toBeGreaterThan(10)
      expect(unseen).toEqual([])
      const ids = findings.filter(({ level }) => level !== 'note').map(({ id }) => id)
      if (ids.length > 0) found[example] = ids
    }
    const expected = Object.entries(telling).filter(([name]) => mesh === 'istio' || name === 'denied')
    expect(found).toEqual(Object.fromEntries(expected))
  })
})

describe('files', () => {
  it('are read at any depth, in documents, lists and JSON; others are counted', async () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [JSON.parse(JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: {} }))],
    }
    const typed = 'apiVersion: v1\nkind: ServiceList\nitems:\n  - metadata: { name: b }\n  - metadata: { name: c }\n'
    const report = await reportOn({
      'a/b/c/list.json': JSON.stringify(list),
      'a/typed.YAML': typed,
      'many.yml': `# nothing\n---\n${SERVICE}---\n---\n${CONFIG}`,
      'values.yaml': 'replicas: 1\n',
      'strange.yaml': 'apiVersion: example.com/v1\nkind: Spaceship\nmetadata: { name: x }\n',
      'README.md': 'no: yaml',
      '.hidden/secret.yaml': SERVICE,
      'node_modules/x/y.yaml': SERVICE,
    })
    expect(report).toMatchObject({ outcome: 'passed', unseen: [], manifests: { files: 5, objects: 7, ignored: 3 } })
  })

  it('lead to no verdict where no object is read by a finding, or a file can’t be read', async () => {
    expect(await reportOn({ 'config.yaml': CONFIG })).toMatchObject({ outcome: 'unknown', unseen: [] })
    const report = await reportOn({ 'service.yaml': SERVICE, 'broken.yaml': 'a: [1\nb: 2\n' })
    expect(report).toMatchObject({
      outcome: 'unknown',
      unseen: [expect.stringMatching(/^broken\.yaml is no YAML: .*line \d/)],
    })
  })

  it.each<[string, Record<string, string | Buffer>, RegExp]>([
    ['an empty folder', {}, /^--manifests DIR: there is no \.yaml, \.yml or \.json in it$/],
    ['values alone', { 'values.yaml': 'replicas: 1' }, /no document in it has apiVersion, kind and metadata\.name/],
    ['no YAML', { 'a.yaml': '{', 'b.yaml': ']' }, /^--manifests: DIR\/a\.yaml is no YAML: .*\(and 1 more files?\)$/],
    ['a binary file', { 'a.yaml': Buffer.from([0, 1, 2, 255]) }, /^--manifests: DIR\/a\.yaml is no text$/],
    ['a huge file', { 'a.yaml': Buffer.alloc(8_000_001, 'a') }, /^--manifests: DIR\/a\.yaml is larger than 8 MB$/],
    [
      'a template that is no YAML',
      { 't/a.yaml': '{{- if .Values.on }}\napiVersion: v1\nkind: Service\n{{- end }}\n' },
      /^--manifests: DIR\/t\/a\.yaml is a template: render it first, as in helm template/,
    ],
    [
      'a template that is YAML',
      { 'a.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n' },
      /is a template: render it first/,
    ],
    [
      'aliases that grow',
      {
        'a.yaml': `a: &a [x, x]\n${'bcdefghi'
          .split('')
          .map((name, at) => `${name}: &${name} [${`*${'abcdefghi'[at]}, `.repeat(9)}]`)
          .join('\n')}\n`,
      },
      /^--manifests: DIR\/a\.yaml: .*alias/i,
    ],
  ])('are refused by name with %s', async (_, files, message) => {
    expect(await refusalOf(files)).toMatch(message)
  })

  it('are refused where there are none', async () => {
    await expect(reportOf('/nonexistent/folder')).rejects.toThrow(
      /^--manifests \/nonexistent\/folder: there is no such/,
    )
  })

  it('are read once where links lead in circles, and a link to nothing is said', async () => {
    const report = await reportOn({ 'a/service.yaml': SERVICE }, async (folder) => {
      await fs.symlink('..', path.join(folder, 'a/up'))
      await fs.symlink(folder, path.join(folder, 'a/root'))
      await fs.symlink('absent', path.join(folder, 'gone.yaml'))
    })
    expect(report).toMatchObject({ manifests: { objects: 1 }, unseen: ['gone.yaml is a link to nothing'] })
  })
})
