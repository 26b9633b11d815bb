import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8')
const readme = read('README.md')

/** CPU added to a traced request on Node 24, in whole µs, by the first cell of its row in the long page. */
function addedCpu(row: string): number {
  const [, page = ''] = read('docs/reference/performance.md').split('### Node 24')
  const cells =
    page
      .split('\n')
      .find((line) => line.startsWith(`| ${row} |`))
      ?.split('|') ?? []
  return Math.round(Number.parseFloat(cells[3] ?? ''))
}

const ours = addedCpu('ours')
const stock = addedCpu('stock http + express')
const auto = addedCpu('auto-instrumentations-node')

describe('the README', () => {
  it('fits one screen', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(55)
  })

  it('shows the output of verify that the package shows', () => {
    const output = (text: string): string => /```text\n(.*?)```/s.exec(text)?.[1] ?? ''
    expect(output(readme)).toBe(output(read('packages/verify/README.md')))
    expect(output(readme)).toContain('TLV')
  })

  it('has the cost that the benchmark measured, as the short page of performance has', () => {
    expect([ours, stock, auto]).not.toContain(Number.NaN)
    expect(readme).toContain(`${ours} µs of CPU a traced request on Node 24`)
    expect(readme).toContain(`stock instrumentation ${stock}, auto-instrumentation ${auto}:`)
    const figures = [...read('docs/performance.md').matchAll(/^\| .* \| (\d+) \|$/gm)].map(([, figure]) =>
      Number(figure),
    )
    expect(figures).toEqual([ours, stock, auto])
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
