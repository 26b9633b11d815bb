// @ts-check
import { spawn } from 'node:child_process'
import diagnostics from 'node:diagnostics_channel'
import process from 'node:process'
import { ROOT } from './root.mjs'

/** Ends or removes what it was told of once its input ends; the lab's own processes have one too. */
const REAPER = `${ROOT}/lab/programs/reaper/reaper.sh`
const BEGUN = Symbol.for('throughline.endChildrenWithUs')

/**
 * From now on every child of this process, with its descendants, ends with it, however it ends: by KILL as well. A child
 * that leads a process group of its own is left to whatever detached it, which has a reaper for it.
 */
export function endChildrenWithUs() {
  if (process.platform === 'win32' || BEGUN in globalThis) return
  Object.assign(globalThis, { [BEGUN]: true })
  /** @type {import('node:stream').Writable | undefined} */
  let record
  /** @param {import('node:child_process').ChildProcess} child */
  const follow = (child) => {
    const { pid } = child
    if (pid === undefined || leadsGroup(pid)) return
    record ??= startReaper()
    record.write(`add process:${pid}\n`)
    child.once('exit', () => record?.write(`drop process:${pid}\n`))
  }
  // Published before it has a process id.
  diagnostics.subscribe('child_process', (message) => {
    const { process: child } = /** @type {{ process: import('node:child_process').ChildProcess }} */ (message)
    process.nextTick(follow, child)
  })
}

function startReaper() {
  // Its own session: a signal to our group does not reach it.
  const reaper = spawn('/bin/sh', [REAPER], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' })
  reaper.once('error', () => {})
  reaper.stdin.on('error', () => {})
  reaper.unref()
  return reaper.stdin
}

/** @param {number} pid */
function leadsGroup(pid) {
  try {
    return process.kill(-pid, 0)
  } catch {
    return false
  }
}
