import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What a reaper ends or removes: a process group, a network interface of this machine, a network namespace. */
type Reapable = number | `link:${string}` | `netns:${string}`

/** Records what was started or created, and ends or removes it when this process is exited, even by SIGKILL. */
export interface Reaper {
  /** Process id of the reaper. */
  pid: number
  /** Called before the creation where the name is known by then, so that a lab killed in between leaves nothing behind. */
  add: (thing: Reapable) => void
  drop: (thing: Reapable) => void
  /**
   * Ends every recorded group (TERM, two seconds, KILL), removes interfaces and namespaces with every process in them,
   * removes the folder if there is one, and exits.
   */
  close: () => Promise<void>
}

/**
 * A shell script and not Node: it costs a megabyte instead of forty, starts within a millisecond and is the same file
 * for sources and for a build.
 */
const script = fileURLToPath(new URL('../../reaper/reaper.sh', import.meta.url))

/** Starts a reaper. `folder` is removed when it closes; default none. */
export async function startReaper(options: { folder?: string } = {}): Promise<Reaper> {
  // Its own session: Ctrl-C in the terminal reaches the lab, not the reaper.
  const child = spawn('/bin/sh', [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' })
  const exited = once(child, 'exit')
  await once(child, 'spawn')
  // A reaper killed from outside must not take the lab down with an EPIPE.
  child.stdin.on('error', () => {})
  const tell = (verb: string, value: number | string): void => {
    if (child.stdin.writable) child.stdin.write(`${verb} ${value}\n`)
  }
  if (options.folder !== undefined) tell('folder', options.folder)
  // It must not keep this process alive.
  child.unref()
  return {
    pid: child.pid ?? 0,
    add: (thing) => tell('add', thing),
    drop: (thing) => tell('drop', thing),
    async close() {
      child.ref()
      child.stdin.end()
      await exited
    },
  }
}
