import { expect, it } from 'vitest'
import { comparisonPage } from './comparison-page.ts'

/** Run with `-u` to rewrite the page; `npm run compare` does, after it has measured. */
it('docs/comparison.md says what the contract tests have seen', async () => {
  await expect(comparisonPage()).toMatchFileSnapshot('../../docs/comparison.md')
})
