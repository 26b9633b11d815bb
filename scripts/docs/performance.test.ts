import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { performancePage } from './performance-page.ts'
import { performanceSummary, withCost } from './performance-summary.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** Run with `-u` to rewrite the pages; `npm run bench -- telemetry --write-docs` does. */
it('docs/reference/performance.md says what the benchmarks have measured', async () => {
  await expect(performancePage()).toMatchFileSnapshot(`${root}/docs/reference/performance.md`)
})

it('docs/performance.md says what it comes to, and where a goal is missed', async () => {
  await expect(performanceSummary()).toMatchFileSnapshot(`${root}/docs/performance.md`)
})

it('the README has the cost that the benchmark measured', async () => {
  const readme = fs.readFileSync(`${root}/README.md`, 'utf8')
  const line = /^.*What it costs:.*$/m.exec(readme)?.[0] ?? ''
  expect(withCost(line)).toMatch(/ \d+ µs of CPU .* instrumentation \d+, auto-instrumentation \d+:/)
  expect(withCost(line.replaceAll(/\d+(?=:| µs|,)/g, '0'))).toBe(withCost(line))
  await expect(withCost(readme)).toMatchFileSnapshot(`${root}/README.md`)
})
