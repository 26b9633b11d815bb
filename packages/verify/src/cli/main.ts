#!/usr/bin/env node
import process from 'node:process'
import { ClusterError } from '../cluster/cluster-error.ts'
import { UsageError } from './usage-error.ts'
import { USAGE } from './usage.ts'

/** Ctrl-C: stop sending, print nothing more. */
const INTERRUPTED = 130

const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort()).once('SIGTERM', () => interruption.abort())
// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`throughline: the report can't be written (${error.message}); make room, or send it elsewhere\n`)
  process.exit(1)
})

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  if (interruption.signal.aborted) process.exitCode = INTERRUPTED
  else if (error instanceof UsageError) {
    process.stderr.write(`throughline: ${error.message}\nthroughline --help shows all options\n`)
    process.exitCode = 2
  } else if (error instanceof ClusterError) {
    process.stderr.write(`throughline: ${error.message}\n`)
    process.exitCode = error.kind === 'usage' ? 2 : 3
  } else throw error
}

async function run([name, ...args]: string[]): Promise<number> {
  if (name === undefined) throw new UsageError('what to do? throughline verify URL --traces BACKEND')
  if (name === 'help' || [name, ...args].some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(USAGE)
    return 0
  }
  if (name === '--version') {
    const { version } = await import('../version.ts')
    process.stdout.write(`${version}\n`)
    return 0
  }
  if (name === 'verify') {
    const { runVerify } = await import('./run-verify.ts')
    return runVerify(args, interruption.signal)
  }
  if (name === 'explain') {
    const { runExplain } = await import('./run-explain.ts')
    return runExplain(args)
  }
  throw new UsageError(`there is no command ${name}: verify or explain`)
}
