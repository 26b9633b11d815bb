import { createRequire } from 'node:module'
import os from 'node:os'
import pino, { type DestinationStream, type Logger } from 'pino'
import { createLogStream } from './log-stream.ts'

export type { Logger } from 'pino'

/** Ids of the active trace by the names that log lines use: `trace_id`, `span_id`, `request_id`. */
export type Ids = () => object

export interface LoggerOptions {
  service: string
  /** A pino level; default `info`. */
  level?: string
  /** Added to every line. */
  ids?: Ids
  /** Where lines go; default standard output, pretty when that is a terminal. */
  destination?: DestinationStream
}

/** One JSON line per event (pino), with the ids of the trace that was active when it was written. */
export function createLogger({ service, level = 'info', ids, destination }: LoggerOptions): Logger {
  const base = { service, hostname: os.hostname() }
  return pino(
    {
      level,
      base,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      ...(ids && { mixin: ids }),
    },
    destination ?? standardOutput(base),
  )
}

/** The log never delays or ends a service: a line that can't be written is lost. */
function standardOutput(base: object): DestinationStream {
  const stream = createLogStream((lines) => {
    const line = { level: 'warn', time: new Date().toISOString(), ...base, lines, msg: 'log lines were lost' }
    return `${JSON.stringify(line)}\n`
  })
  return process.stdout.isTTY ? prettyStream(stream) : stream
}

/** Loaded on demand, because a container has no terminal. A bundle may have no packages beside it: its lines stay JSON. */
function prettyStream(destination: DestinationStream): DestinationStream {
  try {
    const pretty = createRequire(import.meta.url)('pino-pretty') as (options: object) => DestinationStream
    return pretty({ destination, ignore: 'pid,hostname' })
  } catch {
    return destination
  }
}
