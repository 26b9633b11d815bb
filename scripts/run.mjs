// @ts-check
/**
 * The door to every command of this repository: `node scripts/run.mjs <command> [arguments]`.
 *
 * This file and what it imports must parse on Node 14, so that an old Node gets a message and not a stack trace. The rest
 * is loaded once the version is known to be right.
 */
import { requireNode } from './require-node.mjs'

requireNode()
import('./commands.mjs')
  .then(({ runCommandLine }) => runCommandLine(process.argv.slice(2)))
  .then(
    (code) => {
      process.exitCode = code
    },
    (error) => {
      console.error(error instanceof Error && 'code' in error ? `throughline: ${error.message}` : error)
      process.exitCode = 1
    },
  )
