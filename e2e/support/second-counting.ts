import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import type { Command } from '@throughline/lab-programs'
import type { MeshLab } from './start-lab.ts'

/** A second instance of counting, on a host of its own name, behind a sidecar of its own. */
export interface SecondCounting extends AsyncDisposable {
  /** The `hostname` in its answers. */
  hostname: string
  /** Takes it out of the mesh. It runs on, for the requests that it has. */
  leave: () => Promise<void>
}

/** How a process of the lab was started. */
export function readCommand(
  lab: MeshLab,
  name: string,
): { command: string; args: string[]; env: Record<string, string> } {
  const pid = lab.pids()[name]
  const read = (file: string) => fs.readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter(Boolean)
  const [command = '', ...args] = read('cmdline')
  const pairs = read('environ').map((line) => [line.split('=', 1)[0] ?? '', line.replace(/^[^=]*=/, '')])
  return { command, args, env: Object.fromEntries(pairs) as Record<string, string> }
}

/** The same on a host of another name. Needs root. */
export function onHost(hostname: string, { command, args = [], ...more }: Command): Command {
  return {
    ...more,
    command: 'unshare',
    args: ['--uts', 'sh', '-c', `hostname ${hostname} && exec "$@"`, 'sh', command, ...args],
  }
}

/** Starts it; disposing sends SIGTERM and waits for its end. */
export function startCommand({ command, args = [], env }: Command): AsyncDisposable {
  const child = spawn(command, args, { env, stdio: 'ignore' })
  const exited = once(child, 'exit')
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
