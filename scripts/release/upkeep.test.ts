import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../root.mjs'
import { trackedFiles } from '../tracked-files.mjs'

const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8')

describe('the settings of the dependency bot', () => {
  const settings = read('.github/dependabot.yml')

  it('group what has one release line: packages of OpenTelemetry, and the images', () => {
    expect(settings).toMatch(/ opentelemetry:\n +patterns: \['@opentelemetry\/\*'\]/)
    expect(settings).toMatch(/docker-compose\n(?:.*\n){3} +images:\n +patterns: \['\*'\]/)
  })

  it('name the folder of every Go module, Python requirements and Dockerfile of the project', () => {
    const folders = trackedFiles('*go.mod', '*requirements.txt', '*Dockerfile')
      .map((file) => path.posix.join('/', path.posix.dirname(file)))
      .filter((folder) => !folder.startsWith('/e2e/engine'))
    const lists = [...settings.matchAll(/directories:\s*\[([^\]]*)\]/g)].map(([, list = '']) => list)
    const named = lists.flatMap((list) => list.match(/[^\s,]+/g) ?? [])
    expect(named.toSorted()).toEqual(folders.toSorted())
  })
})

it('the form for bugs names every package that is published', () => {
  const form = read('.github/ISSUE_TEMPLATE/bug.yml')
  const manifests = trackedFiles('packages/*/package.json').map(
    (file) => JSON.parse(read(file)) as { name: string; publishConfig?: object },
  )
  const published = manifests.filter(({ publishConfig }) => publishConfig !== undefined).map(({ name }) => name)
  expect(published).toHaveLength(5)
  expect(published.filter((name) => !form.includes(name))).toEqual([])
})
