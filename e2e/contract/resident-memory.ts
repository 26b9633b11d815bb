import fs from 'node:fs'

/** Resident memory of a process and of all that it has started, in megabytes; undefined where the system doesn't tell. */
export function residentMemory(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    if (kilobytes === undefined) return undefined
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    return children.reduce((sum, child) => sum + (residentMemory(Number(child)) ?? 0), Number(kilobytes) / 1024)
  } catch {
    return undefined
  }
}
