import { expect, it } from 'vitest'
import { requirementsPage } from './requirements-page.ts'

/** Run with `-u` to rewrite the page; `npm run bench -- demo --write-docs` does, after it has measured. */
it('docs/reference/requirements.md says what was measured', async () => {
  await expect(requirementsPage()).toMatchFileSnapshot('../../docs/reference/requirements.md')
})
