import fs from 'node:fs'
import type { MeshLab } from '../support/start-lab.ts'

/** Resident memory of a process and its descendants, in megabytes; undefined where the system doesn't report it. */
function residentMemory(pid: number): number | undefined {
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

/** Of a sidecar, on average, and of the control plane; undefined where it can't be read. */
export async function memoryOf(lab: MeshLab, sidecarNames: string[]) {
  const memory = { sidecar: 0, controlPlane: 0 }
  for (const [name, pid] of Object.entries(lab.mesh.pids())) {
    const resident = residentMemory(pid)
    if (resident === undefined) return undefined
    if (sidecarNames.includes(name)) memory.sidecar += resident / sidecarNames.length
    else memory.controlPlane += resident
  }
  return memory
}
