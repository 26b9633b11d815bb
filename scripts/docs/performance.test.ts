import { expect, it } from 'vitest'
import { performancePage } from './performance-page.ts'

/** Run with `-u` to rewrite the page; `npm run bench -- telemetry --write-docs` does. */
it('docs/reference/performance.md says what the benchmarks have measured', async () => {
  await expect(performancePage()).toMatchFileSnapshot('../../docs/reference/performance.md')
})
