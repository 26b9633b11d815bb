// @ts-check
/** Runs the unit tests of the package it is started in; turbo caches the results file. */
import path from 'node:path'
import { endChildrenWithUs } from './end-children.mjs'
import { ROOT } from './root.mjs'
import { runTool } from './spawn.mjs'

endChildrenWithUs()
const folder = path.relative(ROOT, process.cwd())
process.exitCode = await runTool('vitest/vitest.mjs', [
  'run',
  '--project=unit',
  `${folder}/`,
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${folder}/test-results/unit.json`,
  ...process.argv.slice(2),
])
