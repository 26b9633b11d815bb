import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { labErrors } from '@throughline/lab-programs'
import { type ErrorCatalogue, ERRORS } from '@throughline/service-kit/errors'
import { requestErrors } from '@throughline/trace-store'
import { trackedFiles } from '../tracked-files.mjs'

const root = path.resolve(import.meta.dirname, '../..')

function rows(errors: ErrorCatalogue): string {
  return Object.entries(errors)
    .map(([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`)
    .join('\n')
}

const page = `# Errors

Every error of the services and of the lab's control API is JSON, \`{ "code": "TL_…", "message": "…" }\`. The message says
what, where and how to fix it. This page is made from the code (\`npm run docs\`).

## The services

| code | HTTP status | meaning |
| --- | --- | --- |
${rows(ERRORS)}

A service whose telemetry is misconfigured does not start; that error is \`TL_TELEMETRY_CONFIG\` and lists every bad
variable.

## The trace store

| code | HTTP status | meaning |
| --- | --- | --- |
${rows(requestErrors)}

## The lab

The status is that of an answer of the control API; everywhere else the error is the message of a command.

| code | HTTP status | meaning |
| --- | --- | --- |
${rows(labErrors)}
`

/** Run with `-u` to rewrite the page. */
it('docs/reference/errors.md has one row for every code', async () => {
  await expect(page).toMatchFileSnapshot('../../docs/reference/errors.md')
})

it('no code is in two tables', () => {
  const codes = [ERRORS, requestErrors, labErrors].flatMap((errors) => Object.keys(errors))
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
})

it('no code is thrown that the page does not know', () => {
  const sources = trackedFiles('*/src/*.ts').filter((file) => !/\.test(-support)?\.ts$/.test(file))
  const codes = sources.flatMap(
    (file) => fs.readFileSync(path.join(root, file), 'utf8').match(/\bTL_[A-Z_]+[A-Z]\b/g) ?? [],
  )
  expect(codes.length).toBeGreaterThan(50)
  expect([...new Set(codes)].filter((code) => !page.includes(code))).toEqual([])
})
