import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api'
import { textOf } from './text-of.ts'

const QUIET_MS = 30_000

/** The values of `OTEL_LOG_LEVEL` (OpenTelemetry environment variables). */
const { NONE, ERROR, WARN, INFO, DEBUG, VERBOSE, ALL } = DiagLogLevel
const LEVELS = { NONE, ERROR, WARN, INFO, DEBUG, VERBOSE, ALL }

export interface DiagLogOptions {
  /** Receives one line with its line end. Default: standard error. */
  write?: (line: string) => void
  /** Milliseconds since any start. Default: the process's clock. */
  now?: () => number
}

/** Sends OpenTelemetry's own warnings and errors to standard error; `OTEL_LOG_LEVEL` changes how many. */
export function installDiagLog(level: string | undefined, options: DiagLogOptions = {}): void {
  const known: Partial<Record<string, DiagLogLevel>> = LEVELS
  const name = level?.trim().toUpperCase() || 'WARN'
  diag.setLogger(createDiagLogger(options), { logLevel: known[name] ?? WARN, suppressOverrideMessage: true })
  if (known[name] === undefined) diag.warn(`OTEL_LOG_LEVEL=${level} is not one of ${Object.keys(LEVELS).join(', ')}`)
}

/**
 * One line per message. A message that differs from an earlier one in digits only stays quiet for 30 s and is counted:
 * a collector that is down for an hour fails once a second, which should not fill a disk.
 */
export function createDiagLogger({
  write = writeError,
  now = () => performance.now(),
}: DiagLogOptions = {}): DiagLogger {
  const recent = new Map<string, { until: number; hidden: number }>()

  const log = (level: string, message: string, args: readonly unknown[]): void => {
    const text = [message, ...args].map(textOf).join(' ').replaceAll(/\s+/g, ' ')
    const key = `${level} ${text.replaceAll(/\d+/g, '#').slice(0, 120)}`
    const earlier = recent.get(key)
    if (earlier !== undefined && now() < earlier.until) {
      earlier.hidden += 1
      return
    }
    // Clearing the memory now and then bounds it under unforeseen messages.
    if (recent.size >= 100) recent.clear()
    recent.set(key, { until: now() + QUIET_MS, hidden: 0 })
    const repeated = earlier !== undefined && earlier.hidden > 0 ? ` (and ${earlier.hidden} more like it)` : ''
    write(`opentelemetry ${level}: ${text.slice(0, 500)}${repeated}\n`)
  }

  return {
    error: (message, ...args) => log('error', message, args),
    warn: (message, ...args) => log('warn', message, args),
    info: (message, ...args) => log('info', message, args),
    debug: (message, ...args) => log('debug', message, args),
    verbose: (message, ...args) => log('verbose', message, args),
  }
}

/** A write to a standard error that no one reads any more is an `error` event, which would end the process. */
function writeError(line: string): void {
  const { stderr } = process
  if (!stderr.listeners('error').includes(ignore)) stderr.on('error', ignore)
  stderr.write(line, () => setImmediate(() => stderr.off('error', ignore)))
}

function ignore(): void {
  // There is no one left to tell.
}
