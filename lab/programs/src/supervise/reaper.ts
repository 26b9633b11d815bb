import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

type Process = ChildProcessByStdio<Writable, null, null>

/**
 * What a reaper ends or removes: a process group, a network interface, a network namespace, a chain of the packet filter, a
 * control group.
 */
type Reapable = number | `link:${string}` | `netns:${string}` | `filter:${string}` | `cgroup:${string}`

/** Records what was started or created, and ends or removes it when this process ends, even by SIGKILL. */
export interface Reaper {
  /** Process id of the running reaper. */
  readonly pid: number
  /**
   * Called before the creation where the name is known by then, so that a lab killed in between leaves nothing
   * behind.
   */
  add: (thing: Reapable) => void
  drop: (thing: Reapable) => void
  /**
   * Ends every recorded group (TERM, two seconds, KILL), removes interfaces, namespaces with every process in them and chains,
   * removes the folder if there is one, and exits.
   */
  close: () => Promise<void>
}

/**
 * A shell script rather than Node: it uses one megabyte instead of forty, starts within a millisecond and is the same
 * file for the sources and the build.
 */
const script = fileURLToPath(new URL('../../reaper/reaper.sh', import.meta.url))

/** Milliseconds before a reaper that ended soon after its start is replaced. */
const PAUSE_MS = 1000

/**
 * Starts a reaper, and another with the same record whenever it is killed. `folder` is removed when it closes; default
 * none.
 */
export async function startReaper(options: { folder?: string } = {}): Promise<Reaper> {
  const things = new Set<Reapable>()
  let isClosing = false
  let pause: NodeJS.Timeout | undefined
  let child = launch()
  await once(child, 'spawn')

  function launch(): Process {
    // Its own session: Ctrl-C in the terminal reaches the lab, not the reaper.
    const started = spawn('/bin/sh', [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' })
    const startedAt = performance.now()
    // A reaper killed from outside must not take the lab down with an EPIPE.
    started.stdin.on('error', () => {})
    const record = [
      ...(options.folder === undefined ? [] : [`folder ${options.folder}\n`]),
      ...Array.from(things, (thing) => `add ${thing}\n`),
    ]
    if (record.length > 0) started.stdin.write(record.join(''))
    const onEnd = (): void => {
      if (isClosing || pause !== undefined) return
      const ranLong = performance.now() - startedAt > PAUSE_MS
      pause = setTimeout(
        () => {
          pause = undefined
          child = launch()
        },
        ranLong ? 0 : PAUSE_MS,
      ).unref()
    }
    started.once('exit', onEnd)
    // Where it can't be started at all.
    started.once('error', onEnd)
    // It must not keep this process alive.
    started.unref()
    return started
  }
  const tell = (verb: string, value: number | string): void => {
    if (child.stdin.writable) child.stdin.write(`${verb} ${value}\n`)
  }
  return {
    get pid() {
      return child.pid ?? 0
    },
    add(thing) {
      things.add(thing)
      tell('add', thing)
    },
    drop(thing) {
      things.delete(thing)
      tell('drop', thing)
    },
    async close() {
      isClosing = true
      clearTimeout(pause)
      // One that was killed a moment ago has no successor: this one does the work.
      if (child.exitCode !== null || child.signalCode !== null) child = launch()
      const exited = once(child, 'exit')
      child.ref()
      child.stdin.end()
      await exited
    },
  }
}
