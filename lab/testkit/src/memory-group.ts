import fs from 'node:fs'
import path from 'node:path'

/** A control group that bounds the memory of the processes in it, as a container's limit does. */
export interface MemoryGroup extends AsyncDisposable {
  /** The command that runs `command` inside. */
  enclose: (command: string, args: readonly string[]) => { command: string; args: string[] }
  /** Memory in use now, in bytes. */
  usage: () => number
  /** Peak memory use, in bytes. */
  peak: () => number
}

interface Layout {
  folder: string
  limit: string
  usage: string
  peak: string
}

/** The folder of this system's groups: version 2 where the controller is delegated, else version 1. */
function findLayout(name: string): Layout {
  const v1 = '/sys/fs/cgroup/memory'
  if (fs.existsSync(`${v1}/memory.limit_in_bytes`)) {
    return {
      folder: path.join(v1, name),
      limit: 'memory.limit_in_bytes',
      usage: 'memory.usage_in_bytes',
      peak: 'memory.max_usage_in_bytes',
    }
  }
  const v2 = '/sys/fs/cgroup'
  const controllers = `${v2}/cgroup.subtree_control`
  if (!fs.readFileSync(controllers, 'utf8').includes('memory')) fs.writeFileSync(controllers, '+memory')
  return { folder: path.join(v2, name), limit: 'memory.max', usage: 'memory.current', peak: 'memory.peak' }
}

let groupCount = 0

/**
 * Makes a group. Needs root, and a cgroup file system that can be written.
 *
 * @throws what the system says when it can't be made
 */
export function createMemoryGroup(bytes: number): MemoryGroup {
  groupCount += 1
  const { folder, limit, usage, peak } = findLayout(`throughline-${process.pid}-${groupCount}`)
  fs.mkdirSync(folder)
  fs.writeFileSync(path.join(folder, limit), String(bytes))
  const read = (file: string): number => Number(fs.readFileSync(path.join(folder, file), 'utf8'))
  return {
    enclose: (command, args) => ({
      command: 'sh',
      args: ['-c', 'echo $$ > "$0" && exec "$@"', path.join(folder, 'cgroup.procs'), command, ...args],
    }),
    usage: () => read(usage),
    peak: () => read(peak),
    async [Symbol.asyncDispose]() {
      for (const pid of fs.readFileSync(path.join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
        process.kill(Number(pid), 'SIGKILL')
      }
      // A process leaves its group only after it was reaped.
      for (let attempt = 0; ; attempt += 1) {
        try {
          return fs.rmdirSync(folder)
        } catch (error) {
          if (attempt === 100) throw error
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }
    },
  }
}
