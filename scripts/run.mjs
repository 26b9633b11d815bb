// @ts-check
/**
 * The door to every command of this repository: `node scripts/run.mjs <command> [arguments]`.
 *
 * This file and what it imports must parse on Node 14, so that an old Node gets a message and not a stack trace. The rest
 * is loaded once the version is known to be right.
 */
import { requireNode } from './require-node.mjs'

requireNode()
void main()

async function main() {
  try {
    const { runCommandLine } = await import('./commands.mjs')
    process.exitCode = await runCommandLine(process.argv.slice(2))
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
}
