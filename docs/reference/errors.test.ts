import { expect, it } from 'vitest'
import { labErrorCodes } from '../../packages/lab/src/errors.ts'
import { ERRORS } from '../../packages/service-kit/src/errors.ts'

/** Run with `-u` to write the page anew. */
it('docs/reference/errors.md has one row for every code', async () => {
  const services = Object.entries(ERRORS).map(
    ([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`,
  )
  const lab = Object.entries(labErrorCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  const page = `# Errors

Every error of the services is JSON, \`{ "code": "TL_…", "message": "…" }\`, and so is every error of the lab's control
API. The message says what, where and how to mend it. This page is made from the code (\`npm run docs\`).

## The services

| code | HTTP status | meaning |
| --- | --- | --- |
${services.join('\n')}

## The lab

| code | meaning |
| --- | --- |
${lab.join('\n')}
`
  await expect(page).toMatchFileSnapshot('./errors.md')
})
