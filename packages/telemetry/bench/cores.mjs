// @ts-check
import { execFileSync, spawn } from 'node:child_process'
import os from 'node:os'

/** True when processes can be given a core of their own: Linux with `taskset` and two cores. */
export const canPin = os.availableParallelism() > 1 && runs('taskset', ['--version'])

/** Interrupts are served by the first core, so the process that is measured gets the last. */
const MEASURED_CORE = String(os.availableParallelism() - 1)

/** Keeps this process (load and collector) off the measured core. */
export function leaveMeasuredCore() {
  const others = MEASURED_CORE === '1' ? '0' : `0-${Number(MEASURED_CORE) - 1}`
  if (canPin) execFileSync('taskset', ['-acp', others, String(process.pid)], { stdio: 'ignore' })
}

/**
 * Runs a module of this folder alone on the measured core, with a channel for messages.
 * @param {string} module
 * @param {{ env: NodeJS.ProcessEnv, execArgv?: string[] | undefined }} options
 */
export function spawnMeasured(module, { env, execArgv = [] }) {
  const command = [process.execPath, ...execArgv, `${import.meta.dirname}/${module}`]
  if (canPin) command.unshift('taskset', '-c', MEASURED_CORE)
  const [program = '', ...args] = command
  return spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

/** The relevant facts about the machine: enough to explain differing figures, too few to identify it. */
export function describeMachine() {
  return {
    node: process.version,
    cores: os.cpus().length,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    pinned: canPin,
  }
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function runs(program, args) {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
