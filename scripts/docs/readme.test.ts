import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8')
const readme = read('README.md')

describe('the README', () => {
  it('fits one screen', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(55)
  })

  it('shows the output of verify that the package shows', () => {
    const output = (text: string): string => /```text\n(.*?)```/s.exec(text)?.[1] ?? ''
    expect(output(readme)).toBe(output(read('packages/verify/README.md')))
    expect(output(readme)).toContain('TLV')
  })

  it('has the memory and the seconds that the demo was measured with', () => {
    const { rows } = JSON.parse(read('docs/reference/data/bench-demo.json')) as {
      rows: [{ seconds: number; megabytes: number }]
    }
    const [{ seconds, megabytes }] = rows
    expect(readme.replaceAll(/\s+/g, ' ')).toContain(
      `takes ${Math.round(megabytes / 10) * 10} MB of memory and starts in ${Math.round(seconds)} seconds`,
    )
  })
})
