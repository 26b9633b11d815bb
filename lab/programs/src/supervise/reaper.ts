import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What a reaper takes back: a process group, a network interface of this machine, a network namespace. */
type Reapable = number | `link:${string}` | `netns:${string}`

/** Remembers what was started or made, and takes it back when this process is gone, even by SIGKILL. */
export interface Reaper {
  /** Process id of the reaper itself. */
  pid: number
  /** Before it is made where its name is known by then: nothing may be left behind by a lab that is killed in between. */
  add: (thing: Reapable) => void
  drop: (thing: Reapable) => void
  /**
   * Ends every group still recorded (TERM, two seconds, KILL), takes back interfaces and namespaces with all that runs
   * in them, removes the folder if one was given, and exits.
   */
  close: () => Promise<void>
}

/**
 * A shell script, not Node: it costs a megabyte instead of forty, starts in a millisecond and runs the same from
 * sources and from a build.
 */
const script = fileURLToPath(new URL('../../reaper/reaper.sh', import.meta.url))

/** Starts the reaper. `folder` is removed when it closes; default none. */
export async function startReaper(options: { folder?: string } = {}): Promise<Reaper> {
  // Its own session: Ctrl-C in the terminal reaches the lab, not the reaper.
  const child = spawn('/bin/sh', [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' })
  const gone = once(child, 'exit')
  await once(child, 'spawn')
  // A reaper killed from outside must not take the lab down with an EPIPE.
  child.stdin.on('error', () => {})
  const tell = (verb: string, value: number | string): void => {
    if (child.stdin.writable) child.stdin.write(`${verb} ${value}\n`)
  }
  if (options.folder !== undefined) tell('folder', options.folder)
  // It must never be what keeps this process alive.
  child.unref()
  return {
    pid: child.pid ?? 0,
    add: (thing) => tell('add', thing),
    drop: (thing) => tell('drop', thing),
    async close() {
      child.ref()
      child.stdin.end()
      await gone
    },
  }
}
