import { createRequire } from 'node:module'
import os from 'node:os'
import pino, { type DestinationStream, type Logger } from 'pino'

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
  return pino(
    {
      level,
      base: { service, hostname: os.hostname() },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      ...(ids && { mixin: ids }),
    },
    destination ?? (process.stdout.isTTY ? prettyStream() : pino.destination({ fd: 1, sync: true })),
  )
}

/** Loaded on demand: in a container, where there is no terminal, it is never read. */
function prettyStream(): DestinationStream {
  const pretty = createRequire(import.meta.url)('pino-pretty') as (options: object) => DestinationStream
  return pretty({ sync: true, ignore: 'pid,hostname' })
}
