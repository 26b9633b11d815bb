import { LabError, messageOf } from '../errors.ts'
import { type BackOff, createBackOff } from './back-off.ts'
import type { LogBounds } from './bounded-log.ts'
import type { Reaper } from './reaper.ts'
import { logTail } from './log-tail.ts'
import { poll } from '../poll.ts'
import { type Command, type ProcessGroup, startProcessGroup } from './process-group.ts'

export interface ProgramOptions extends Command {
  name: string
  /** Receives the output of every run. */
  logFile: string
  logBounds?: LogBounds | undefined
  reaper: Reaper
  /** Whether it is ready; polled until it is. Throws when it can never be. */
  isReady: () => Promise<boolean>
  /** Milliseconds to become ready at the first start, default 20,000. */
  readyTimeoutMs?: number | undefined
  /** Milliseconds between TERM and KILL, default 5,000. */
  graceMs?: number | undefined
  /** The delay between an end and a restart. */
  backOff?: BackOff | undefined
  /** Receives one line for each event of interest to a person. */
  log?: ((line: string) => void) | undefined
}

export interface Program {
  name: string
  /** `undefined` while it is not running. */
  pid: () => number | undefined
  /** Milliseconds since it was last started; `undefined` while it is not running. */
  uptimeMs: () => number | undefined
  /** How often it was restarted after ending by itself. */
  restarts: () => number
  /** Why it is not running; `undefined` while it is. */
  downReason: () => string | undefined
  /** Milliseconds until it is started again; `undefined` unless it has ended by itself. */
  restartsInMs: () => number | undefined
  /** Resolves when it is ready; from then on it is restarted whenever it ends. */
  start: () => Promise<void>
  /**
   * Ends it and starts it at once, for files that it reads only at its start, or with another command from now on.
   * Resolves as `start` does; not in `restarts`.
   */
  restart: (command?: Command) => Promise<void>
  stop: () => Promise<void>
}

/** A real program: started, supervised, restarted until it is stopped, and stopped with all its children. */
export function createProgram(options: ProgramOptions): Program {
  const { name, logFile, logBounds, reaper, log = () => {}, graceMs = 5000, backOff = createBackOff() } = options
  let group: ProcessGroup | undefined
  let down: string | undefined = 'not started'
  let launchedAt = 0
  let restarts = 0
  let supervised = false
  let stopping = false
  let timer: NodeJS.Timeout | undefined
  let restartAt: number | undefined
  let command: Command = options

  const launch = async (): Promise<ProcessGroup> => {
    const started = await startProcessGroup(command, { logFile, logBounds, reaper })
    group = started
    launchedAt = performance.now()
    down = undefined
    void watch(started)
    return started
  }

  const watch = async (started: ProcessGroup): Promise<void> => {
    const how = await started.ended
    group = undefined
    down = how
    if (supervised && !stopping) scheduleRestart(how)
  }

  const scheduleRestart = (how: string): void => {
    const delay = backOff.delayAfter(performance.now() - launchedAt)
    log(`${name} ended (${how}); starting it again${delay > 1000 ? ` in ${Math.round(delay / 1000)} s` : ''}`)
    restartAt = performance.now() + delay
    timer = setTimeout(() => {
      restartAt = undefined
      restarts += 1
      launchedAt = performance.now()
      launch().catch((error: Error) => {
        down = error.message
        if (supervised && !stopping) scheduleRestart(error.message)
      })
    }, delay)
  }

  const cancelRestart = (): void => {
    clearTimeout(timer)
    restartAt = undefined
  }

  const failed = async (what: string): Promise<LabError> => {
    const tail = await logTail(logFile)
    return new LabError('TL_PROGRAM_FAILED', `${name} ${what}.${tail === '' ? '' : ` Its last lines:\n${tail}`}`)
  }

  const start = async (): Promise<void> => {
    await launch()
    const { readyTimeoutMs = 20_000 } = options
    const ask = async (): Promise<string | undefined> => {
      if (group === undefined) return 'ended'
      return (await options.isReady()) ? 'ready' : undefined
    }
    let outcome: string | undefined
    try {
      outcome = await poll(ask, { deadlineMs: readyTimeoutMs })
    } catch (error) {
      await group?.end(graceMs)
      throw await failed(messageOf(error))
    }
    if (stopping) throw await failed('was stopped before it was ready')
    // Checked also when it looks ready: another program on its port may have answered in its place.
    if (group === undefined) throw await failed(`ended (${down}) before it was ready`)
    if (outcome === undefined) {
      await group?.end(graceMs)
      throw await failed(`was not ready within ${readyTimeoutMs / 1000} s`)
    }
    supervised = true
  }

  return {
    name,
    pid: () => group?.pid,
    uptimeMs: () => (group === undefined ? undefined : performance.now() - launchedAt),
    restarts: () => restarts,
    downReason: () => down,
    start,
    restartsInMs: () => (restartAt === undefined ? undefined : Math.max(0, restartAt - performance.now())),
    async restart(changed = command) {
      command = changed
      supervised = false
      cancelRestart()
      await group?.end(graceMs)
      try {
        await start()
      } catch (error) {
        supervised = true
        if (!stopping && group === undefined) scheduleRestart(down ?? messageOf(error))
        throw error
      }
    },
    async stop() {
      stopping = true
      cancelRestart()
      await group?.end(graceMs)
      down = 'stopped'
    },
  }
}

/** Process ids of those that are running, by name. */
export function pidsOf(programs: readonly (Pick<Program, 'name' | 'pid'> | undefined)[]): Record<string, number> {
  const running = programs.flatMap((program) => {
    const pid = program?.pid()
    return program === undefined || pid === undefined ? [] : [[program.name, pid] as const]
  })
  return Object.fromEntries(running)
}
