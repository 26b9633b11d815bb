// @ts-check
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'

const EVERY_MS = 500

/**
 * Ends this process as a TERM would when npm, or the shell that npm put between, is gone: killed, neither passes a
 * signal on, and the demo would live on with its ports. Does nothing when npm did not start us.
 */
export function stopWithParent() {
  const parents = parentsUpToNpm()
  if (parents.length === 0) return
  const timer = setInterval(() => {
    if (parents.every(isAlive)) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, EVERY_MS)
  timer.unref()
}

/** The process ids from our parent up to npm's own; none where there is no npm. */
function parentsUpToNpm() {
  if (process.env['npm_lifecycle_event'] === undefined || process.platform === 'win32') return []
  const parents = [process.ppid]
  const above = parentOf(process.ppid)
  // npm starts a shell, which either becomes our program or waits for it.
  if (above !== undefined && above > 1 && isShell(process.ppid)) parents.push(above)
  return parents
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** @param {number} pid */
function isZombie(pid) {
  return fieldsOf(pid)?.state === 'Z'
}

/** @param {number} pid */
function parentOf(pid) {
  const fields = fieldsOf(pid)
  if (fields !== undefined) return fields.parent
  const printed = ps(pid, 'ppid=')
  return printed === undefined ? undefined : Number(printed)
}

/** @param {number} pid */
function isShell(pid) {
  const name = fieldsOf(pid)?.name ?? ps(pid, 'comm=') ?? ''
  return /(?:^|\/)-?(?:sh|bash|dash|zsh|ksh|fish|ash|busybox)$/.test(name)
}

/**
 * Linux has them in a file; elsewhere `ps` is asked, once, at the start.
 * @param {number} pid
 */
function fieldsOf(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in brackets and may hold brackets itself.
    const end = text.lastIndexOf(')')
    const [state = '', parent = ''] = text.slice(end + 2).split(' ')
    return { name: text.slice(text.indexOf('(') + 1, end), state, parent: Number(parent) }
  } catch {
    return undefined
  }
}

/**
 * @param {number} pid
 * @param {string} field
 */
function ps(pid, field) {
  try {
    return execFileSync('ps', ['-o', field, '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
