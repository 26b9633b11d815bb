import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { pollUntil } from '@throughline/lab-testkit'

const cli = path.join(import.meta.dirname, '../../lab/cli/dist/cli.js')

/** The demo as a user runs it, without npm. */
export function runCli(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  return {
    pid: child.pid ?? 0,
    output: () => output,
    /** Exit code, or the signal that ended it. */
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** The matching output, once there is some. */
    printed: (pattern: RegExp) =>
      pollUntil(() => pattern.exec(output) ?? undefined, {
        deadline: 60_000,
        what: `${pattern} in the output of the demo`,
      }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}
