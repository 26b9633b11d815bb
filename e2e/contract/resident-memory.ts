import fs from 'node:fs'

/** Resident memory of a process and its descendants, in megabytes; undefined where the system doesn't report it. */
export function residentMemory(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    if (kilobytes === undefined) return undefined
    return childrenOf(pid).reduce((sum, child) => sum + (residentMemory(child) ?? 0), Number(kilobytes) / 1024)
  } catch {
    return undefined
  }
}

/** A child belongs to the thread that has started it. */
function childrenOf(pid: number): number[] {
  return fs
    .readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => fs.readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
    .filter((child) => child !== '')
    .map(Number)
}
