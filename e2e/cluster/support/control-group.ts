import fs from 'node:fs/promises'
import path from 'node:path'
import type { Reaper } from '@throughline/lab-programs'

const ROOT = '/sys/fs/cgroup'

/** Values that a new group of the controller `cpuset` (version 1) has to be given before a process may enter it. */
const CPUSET = ['cpuset.cpus', 'cpuset.mems']

/**
 * A control group of this name, for everything of a node; in each hierarchy where the machine has version 1. The reaper
 * removes it when it ends.
 */
export async function createControlGroup(name: string, reaper: Reaper): Promise<void> {
  reaper.add(`cgroup:${name}`)
  for (const hierarchy of await hierarchies()) {
    const group = path.join(hierarchy, name)
    await fs.mkdir(group, { recursive: true })
    for (const file of CPUSET) {
      const value = await fs.readFile(path.join(hierarchy, file), 'utf8').catch(() => undefined)
      if (value !== undefined) await fs.writeFile(path.join(group, file), value)
    }
  }
}

/** The folders of version 1, one for each set of controllers, and that of version 2. */
async function hierarchies(): Promise<string[]> {
  const mounts = (await fs.readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' '))
  // Beside version 1 there may be one of version 2, without controllers.
  const folders = mounts.filter(([, , type = '']) => /^cgroup2?$/.test(type)).map(([, folder = '']) => folder)
  return folders.length > 0 ? folders : [ROOT]
}
