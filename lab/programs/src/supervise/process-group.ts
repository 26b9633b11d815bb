import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { LabError, messageOf } from '../errors.ts'
import { boundLog, type LogBounds } from './bounded-log.ts'
import type { Reaper } from './reaper.ts'

export interface Command {
  /** Path of the executable. */
  command: string
  args?: string[] | undefined
  /** The complete environment; nothing is inherited. */
  env?: Record<string, string> | undefined
  cwd?: string | undefined
}

export interface ProcessGroup {
  pid: number
  /** Resolves with a description (`exit code 1`, `SIGKILL`) once the first process of the group has ended. */
  ended: Promise<string>
  /** TERM to the group, KILL after `graceMs`. Safe to call at any time. */
  end: (graceMs: number) => Promise<void>
}

/** Starts a program as the leader of a process group of its own, its output appended to a file of bounded size. */
export async function startProcessGroup(
  command: Command,
  { logFile, logBounds, reaper }: { logFile: string; logBounds?: LogBounds | undefined; reaper: Reaper },
): Promise<ProcessGroup> {
  const output = fs.openSync(logFile, 'a')
  let child: ChildProcess
  try {
    child = spawn(command.command, command.args ?? [], {
      detached: true,
      stdio: ['ignore', output, output],
      env: command.env ?? {},
      cwd: command.cwd,
    })
    const { pid } = child
    // In the same tick as the spawn, so that a lab killed at this moment leaves no program behind.
    if (pid !== undefined) reaper.add(pid)
  } finally {
    fs.closeSync(output)
  }
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) =>
    typeof signal === 'string' ? signal : `exit code ${code}`,
  )
  // A program that can't be started is reported below.
  ended.catch(() => {})
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw new LabError('TL_PROGRAM_FAILED', `${command.command} can't be started: ${messageOf(error)}`, {
      cause: error,
    })
  }
  const { pid = 0 } = child
  const log = boundLog(logFile, logBounds)
  const dropWhenEnded = async (): Promise<void> => {
    await ended
    log.stop()
    // A grandchild may still run: a group outlives its leader.
    signalGroup(pid, 'SIGKILL')
    reaper.drop(pid)
  }
  const dropped = dropWhenEnded()
  return {
    pid,
    ended,
    async end(graceMs) {
      if (child.exitCode === null && child.signalCode === null) {
        signalGroup(pid, 'SIGTERM')
        const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs)
        await ended
        clearTimeout(timer)
      }
      await dropped
    },
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // The group has no process left.
  }
}
