import fs from 'node:fs'
import path from 'node:path'
import { catalogue } from 'throughline'
import { expect, it } from 'vitest'
import { findingPage, findingsIndex } from './findings-page.ts'

const folder = path.resolve(import.meta.dirname, '../../docs/findings')

it('docs/findings/README.md is what the catalogue and the diagonal say', async () => {
  await expect(findingsIndex()).toMatchFileSnapshot(path.join(folder, 'README.md'))
})

it.each(catalogue.map((rule) => [rule.id, rule] as const))(
  'docs/findings/%s.md is what its rule says',
  async (id, rule) => {
    await expect(findingPage(rule)).toMatchFileSnapshot(path.join(folder, `${id}.md`))
  },
)

it('docs/findings has no page of a finding that does not exist', () => {
  const pages = fs.readdirSync(folder).filter((file) => file !== 'README.md')
  expect(pages.toSorted()).toEqual(catalogue.map(({ id }) => `${id}.md`).toSorted())
})
